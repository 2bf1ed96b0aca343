namespace K8sLb.Protocol;

/// <summary>Releases without a drain. 0 switches each of them off.</summary>
public sealed record ConnectionPolicy
{
    public long IdleTimeoutMs { get; init; }
    public long MaxAgeMs { get; init; }

    /// <summary>By how much of itself the age limit of a connection is shortened at most.</summary>
    public int MaxAgeJitterPercent { get; init; }

    /// <summary>Silence of an HTTP/2 or WebSocket client after which it is pinged, and then taken for dead.</summary>
    public long HeartbeatMs { get; init; }

    /// <summary>Null leaves the number of connections to applications and peers to what needs them.</summary>
    public UpstreamPolicy? Upstream { get; init; }
}
