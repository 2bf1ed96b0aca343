namespace K8sLb.Protocol;

public sealed record PortPolicy
{
    public required string Name { get; init; }

    /// <summary>Where the sidecar listens.</summary>
    public required int Port { get; init; }

    /// <summary>Where the application listens, on the pod's loopback.</summary>
    public required int TargetPort { get; init; }
    public required PortProtocol Protocol { get; init; }

    /// <summary>A TCP port has no other than <see cref="PortMode.Relay"/>.</summary>
    public PortMode Mode { get; init; }
}

public enum PortProtocol
{
    /// <summary>HTTP/1.1, HTTP/2 with prior knowledge, gRPC and WebSocket on one port.</summary>
    Http,
    Tcp,
}

/// <summary>Which of the two data paths carries a port.</summary>
public enum PortMode
{
    /// <summary>Bytes are copied; places are chosen once for each HTTP/1.1 request and for each other connection.</summary>
    Relay,

    /// <summary>An HTTP proxy: a place is chosen for each request of any version.</summary>
    Proxy,
}
