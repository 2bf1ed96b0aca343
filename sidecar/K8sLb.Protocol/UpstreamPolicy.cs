namespace K8sLb.Protocol;

/// <summary>The connections that a sidecar keeps to its application, and to each peer, on ports with mode Proxy.</summary>
public sealed record UpstreamPolicy
{
    public required int MinConnections { get; init; }
    public required int MaxConnections { get; init; }

    /// <summary>Of HTTP/2: requests that one of them is meant to carry at a time.</summary>
    public required int StreamsPerConnection { get; init; }

    /// <summary>After that, one that carries nothing is closed, and a surplus counts as one.</summary>
    public required long IdleTimeoutMs { get; init; }

    /// <summary>Silence on a connection of HTTP/2 after which it is pinged, and then taken for dead; 0 never asks.</summary>
    public long HeartbeatMs { get; init; }
}
