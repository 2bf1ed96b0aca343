using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static class RebalanceRules
{
    public static void Check(BackendPoolRebalance rebalance, string policy, string path, FieldErrors errors)
    {
        errors.Range($"{path}.maxImbalancePercent", rebalance.MaxImbalancePercent, 1, 1000);
        errors.Range($"{path}.maxReleasesPerSecond", rebalance.MaxReleasesPerSecond, 1, 100_000);
        if (policy == "ConsistentHash")
        {
            errors.Add(
                path,
                "given",
                "must be left out where policy is ConsistentHash, because a client that is released comes back to the same member"
            );
        }
    }
}
