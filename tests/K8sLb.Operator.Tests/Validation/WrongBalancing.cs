using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests.Validation;

/// <summary>What can be wrong in loadBalancing: how the error begins, and how to bring it about.</summary>
internal static class WrongBalancing
{
    public static TheoryData<string, Action<BackendPoolSpec>> All =>
        new()
        {
            {
                "spec.loadBalancing.policy: \"Random\": must be one of WeightedRoundRobin, LeastRequest, PeakEwma",
                s => s.LoadBalancing = new() { Policy = "Random" }
            },
            {
                "spec.loadBalancing.policy: \"PeakEwma\": must be another one where no port has protocol HTTP",
                s =>
                {
                    s.Ports![0].Protocol = "TCP";
                    s.LoadBalancing = new() { Policy = "PeakEwma" };
                }
            },
            {
                "spec.loadBalancing.slowStart.duration: missing: must be a duration",
                s => s.LoadBalancing = new() { SlowStart = new() }
            },
            {
                "spec.loadBalancing.slowStart.duration: \"48h\": must be at most 24h",
                s => s.LoadBalancing = new() { SlowStart = new() { Duration = "48h" } }
            },
            {
                "spec.loadBalancing.slowStart.minimumPercent: 0: must be 1 to 100",
                s =>
                    s.LoadBalancing = new()
                    {
                        SlowStart = new() { Duration = "1s", MinimumPercent = 0 },
                    }
            },
            {
                "spec.loadBalancing.slowStart.aggression: \"0\": must be a decimal above 0 and at most 100",
                s =>
                    s.LoadBalancing = new()
                    {
                        SlowStart = new() { Duration = "1s", Aggression = "0" },
                    }
            },
            {
                "spec.loadBalancing.slowStart.aggression: \"fast\": must be a decimal above 0 and at most 100",
                s =>
                    s.LoadBalancing = new()
                    {
                        SlowStart = new() { Duration = "1s", Aggression = "fast" },
                    }
            },
        };
}
