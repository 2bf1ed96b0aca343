namespace K8sLb.Kubernetes;

public sealed record WatchOptions
{
    /// <summary>After this time the server closes the watch by itself; null leaves it to the server (5 to 10 minutes).</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Silence after which the connection counts as half-open. The server sends a bookmark about every minute where there is
    /// anything to tell, so this is more than that.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(150);
}
