using System.Globalization;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class CircuitBreakerRules
{
    private const int Most = 1_000_000;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    public static void Check(
        BackendPoolCircuitBreaker? breaker,
        IList<BackendPoolPort>? ports,
        string path,
        FieldErrors errors
    )
    {
        if (breaker is null)
        {
            return;
        }
        if (breaker is { MaxConnections: null, MaxInFlight: null, ConsecutiveFailures: null })
        {
            errors.Missing(path, "must have one of maxConnections, maxInFlight and consecutiveFailures at least");
        }
        Bound($"{path}.maxConnections", breaker.MaxConnections, errors);
        Bound($"{path}.maxInFlight", breaker.MaxInFlight, errors);
        Bound($"{path}.consecutiveFailures", breaker.ConsecutiveFailures, errors);
        CheckPending(breaker, ports, path, errors);
        Time($"{path}.pendingTimeout", breaker.PendingTimeout, LongestWait, "must be above 0s and at most 1m", errors);
        var from = Time($"{path}.openFor", breaker.OpenFor, LongestPause, "must be above 0s and at most 1h", errors);
        var to = Time(
            $"{path}.maxOpenFor",
            breaker.MaxOpenFor,
            LongestPause,
            "must be above 0s and at most 1h",
            errors
        );
        if (to < from)
        {
            errors.Add($"{path}.maxOpenFor", breaker.MaxOpenFor, $"must be at least openFor ({breaker.OpenFor})");
        }
        CheckAdaptive(breaker, ports, $"{path}.adaptive", errors);
    }

    private static void CheckPending(
        BackendPoolCircuitBreaker breaker,
        IList<BackendPoolPort>? ports,
        string path,
        FieldErrors errors
    )
    {
        errors.Range($"{path}.maxPending", breaker.MaxPending, 0, Most);
        if (breaker.MaxPending > 0 && breaker.MaxInFlight is null)
        {
            errors.Add(
                $"{path}.maxPending",
                breaker.MaxPending,
                "must be left out without maxInFlight, because nothing waits"
            );
        }
        if (breaker.MaxPending > 0 && HasNoHttp(ports))
        {
            errors.Add(
                $"{path}.maxPending",
                breaker.MaxPending,
                "must be left out where no port has protocol HTTP, because connections do not wait"
            );
        }
    }

    private static void CheckAdaptive(
        BackendPoolCircuitBreaker breaker,
        IList<BackendPoolPort>? ports,
        string path,
        FieldErrors errors
    )
    {
        if (breaker.Adaptive is not { } adaptive)
        {
            return;
        }
        if (breaker.MaxInFlight is not { } most)
        {
            errors.Add(path, "given", "must be left out without maxInFlight, up to which it goes");
        }
        else
        {
            errors.Range($"{path}.minInFlight", adaptive.MinInFlight, 1, most);
        }
        if (HasNoHttp(ports))
        {
            errors.Add(
                path,
                "given",
                "must be left out where no port has protocol HTTP, because the latency of answers cannot be seen"
            );
        }
        Decimal($"{path}.tolerance", adaptive.Tolerance, 1, 10, errors);
        Decimal($"{path}.smoothing", adaptive.Smoothing, 0.01, 1, errors);
        if (adaptive.QueueAllowance is { } allowance)
        {
            errors.Range($"{path}.queueAllowance", allowance, 1, 10_000);
        }
    }

    private static bool HasNoHttp(IList<BackendPoolPort>? ports) => ports?.Any(p => p.Protocol == "HTTP") == false;

    private static void Bound(string path, int? value, FieldErrors errors)
    {
        if (value is { } number)
        {
            errors.Range(path, number, 1, Most);
        }
    }

    private static TimeSpan? Time(string path, string value, TimeSpan longest, string expected, FieldErrors errors)
    {
        var time = errors.Duration(path, value);
        if (time <= TimeSpan.Zero || time > longest)
        {
            errors.Add(path, value, expected);
        }
        return time;
    }

    private static void Decimal(string path, string value, double least, double most, FieldErrors errors)
    {
        if (
            !double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number < least
            || number > most
        )
        {
            errors.Add(
                path,
                value,
                string.Create(CultureInfo.InvariantCulture, $"must be a decimal from {least} to {most}")
            );
        }
    }
}
