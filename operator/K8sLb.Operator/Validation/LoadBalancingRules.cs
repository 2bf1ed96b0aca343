using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class LoadBalancingRules
{
    public static void Check(
        BackendPoolLoadBalancing? loadBalancing,
        IList<BackendPoolPort>? ports,
        string path,
        FieldErrors errors
    )
    {
        if (loadBalancing is null)
        {
            return;
        }
        errors.OneOf(
            $"{path}.policy",
            loadBalancing.Policy,
            "WeightedRoundRobin",
            "LeastRequest",
            "PeakEwma",
            "ConsistentHash"
        );
        if (loadBalancing.Policy == "PeakEwma" && ports?.Any(p => p.Protocol == "HTTP") == false)
        {
            errors.Add(
                $"{path}.policy",
                loadBalancing.Policy,
                "must be another one where no port has protocol HTTP, because the latency of answers cannot be seen"
            );
        }
        if (loadBalancing.SlowStart is { } slowStart)
        {
            SlowStartRules.Check(slowStart, $"{path}.slowStart", errors);
        }
    }
}
