using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class LoadBalancingRules
{
    public static void Check(
        BackendPoolLoadBalancing? loadBalancing,
        IList<BackendPoolPort>? ports,
        bool hasAgentCheck,
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
        if (loadBalancing.LoadSource is { } source)
        {
            LoadSource(source, hasAgentCheck, ports, $"{path}.loadSource", errors);
        }
        if (loadBalancing.Rebalance is { } rebalance)
        {
            RebalanceRules.Check(rebalance, loadBalancing.Policy, $"{path}.rebalance", errors);
        }
        if (loadBalancing.SlowStart is { } slowStart)
        {
            SlowStartRules.Check(slowStart, $"{path}.slowStart", errors);
        }
    }

    private static void LoadSource(
        string source,
        bool hasAgentCheck,
        IList<BackendPoolPort>? ports,
        string path,
        FieldErrors errors
    )
    {
        errors.OneOf(path, source, "None", "Reported", "Agent");
        if (source == "Agent" && !hasAgentCheck)
        {
            errors.Add(path, source, "must be another one, or left out, where there is no agentCheck");
        }
        if (source == "Reported" && ports?.Any(p => p.Protocol == "HTTP") == false)
        {
            errors.Add(
                path,
                source,
                "must be another one, or left out, where no port has protocol HTTP, because requests cannot be seen"
            );
        }
    }
}
