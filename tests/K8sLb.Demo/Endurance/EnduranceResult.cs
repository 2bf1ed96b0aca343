using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>One contender at one lateness of the endpoints.</summary>
internal sealed record EnduranceResult
{
    public required string Contender { get; init; }
    public required int EndpointLagSeconds { get; init; }

    /// <summary>Of each restart, from kubectl rollout restart to the end of the last old pod.</summary>
    public required IReadOnlyList<double> RestartSeconds { get; init; }
    public required RunSummary Load { get; init; }

    /// <summary>The first failures.</summary>
    public required IReadOnlyList<FailureSample> Failures { get; init; }
}
