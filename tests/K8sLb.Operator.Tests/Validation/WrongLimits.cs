using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests.Validation;

/// <summary>What can be wrong in circuitBreaker: how the error begins, and how to bring it about.</summary>
internal static class WrongLimits
{
    public static TheoryData<string, Action<BackendPoolSpec>> All =>
        new()
        {
            {
                "spec.circuitBreaker: missing: must have one of maxConnections, maxInFlight and consecutiveFailures",
                s => s.CircuitBreaker = new()
            },
            {
                "spec.circuitBreaker.maxInFlight: 0: must be 1 to 1000000",
                s => s.CircuitBreaker = new() { MaxInFlight = 0 }
            },
            {
                "spec.circuitBreaker.maxPending: 5: must be left out without maxInFlight, because nothing waits",
                s => s.CircuitBreaker = new() { MaxConnections = 1, MaxPending = 5 }
            },
            {
                "spec.circuitBreaker.maxPending: 5: must be left out where no port has protocol HTTP, because connections do not wait",
                s =>
                {
                    s.Ports![0].Protocol = "TCP";
                    s.CircuitBreaker = new() { MaxInFlight = 1, MaxPending = 5 };
                }
            },
            {
                "spec.circuitBreaker.pendingTimeout: \"2m\": must be above 0s and at most 1m",
                s => s.CircuitBreaker = new() { MaxInFlight = 1, PendingTimeout = "2m" }
            },
            {
                "spec.circuitBreaker.maxOpenFor: \"1s\": must be at least openFor (5s)",
                s => s.CircuitBreaker = new() { ConsecutiveFailures = 1, MaxOpenFor = "1s" }
            },
            {
                "spec.circuitBreaker.adaptive: \"given\": must be left out without maxInFlight, up to which it goes",
                s => s.CircuitBreaker = new() { ConsecutiveFailures = 1, Adaptive = new() }
            },
            {
                "spec.circuitBreaker.adaptive.minInFlight: 5: must be 1 to 4",
                s => s.CircuitBreaker = new() { MaxInFlight = 4, Adaptive = new() }
            },
            {
                "spec.circuitBreaker.adaptive.smoothing: \"0\": must be a decimal from 0.01 to 1",
                s =>
                    s.CircuitBreaker = new()
                    {
                        MaxInFlight = 40,
                        Adaptive = new() { Smoothing = "0" },
                    }
            },
            {
                "spec.circuitBreaker.adaptive: \"given\": must be left out where no port has protocol HTTP, because the latency",
                s =>
                {
                    s.Ports![0].Protocol = "TCP";
                    s.CircuitBreaker = new() { MaxInFlight = 40, Adaptive = new() };
                }
            },
        };
}
