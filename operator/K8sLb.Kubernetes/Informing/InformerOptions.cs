namespace K8sLb.Kubernetes;

public sealed record InformerOptions<T>
{
    /// <summary>Null for all namespaces.</summary>
    public string? Namespace { get; init; }
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
    public IReadOnlyList<Indexer<T>> Indexers { get; init; } = [];

    /// <summary>How long one watch lasts; spread over up to twice as much, so that many watches do not end together.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc cref="WatchOptions.IdleTimeout"/>
    public TimeSpan IdleTimeout { get; init; } = new WatchOptions().IdleTimeout;

    /// <summary>Waits after failures, before jitter.</summary>
    public BackoffOptions Backoff { get; init; } = new();
}
