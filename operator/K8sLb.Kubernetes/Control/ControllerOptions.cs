namespace K8sLb.Kubernetes;

public sealed record ControllerOptions
{
    /// <summary>For metrics and logs.</summary>
    public required string Name { get; init; }

    /// <summary>Entities worked on at the same time.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>After this time the reconciliation's token is cancelled, and it counts as failed.</summary>
    public TimeSpan ReconcileTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Waits of one entity after failures.</summary>
    public BackoffOptions RetryBackoff { get; init; } = new() { Maximum = TimeSpan.FromMinutes(5) };
}
