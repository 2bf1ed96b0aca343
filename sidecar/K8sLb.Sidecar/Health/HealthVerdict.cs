using K8sLb.Protocol;

namespace K8sLb.Sidecar.Health;

/// <summary>What checks in a row say of the application, by the pool's thresholds.</summary>
/// <param name="Contradictions">Checks in a row that said the opposite.</param>
public readonly record struct HealthVerdict(bool Healthy, int Contradictions)
{
    /// <summary>Before the first check: Kubernetes calls the pod ready, and nothing is known against it.</summary>
    public static readonly HealthVerdict Untried = new(true, 0);

    public HealthVerdict After(bool success, HealthCheckPolicy policy)
    {
        if (success == Healthy)
        {
            return this with { Contradictions = 0 };
        }
        var threshold = Healthy ? policy.UnhealthyThreshold : policy.HealthyThreshold;
        return Contradictions + 1 >= threshold ? new(success, 0) : this with { Contradictions = Contradictions + 1 };
    }
}
