namespace K8sLb.Sidecar.Relay;

/// <summary>Bounds on waiting, in milliseconds.</summary>
internal sealed record RelaySettings
{
    /// <summary>For a connection to the local application: busy perhaps, but near.</summary>
    public long LocalConnectMs { get; init; } = 5_000;

    /// <summary>For a connection to a peer, its answer included; another one can take the work instead.</summary>
    public long PeerConnectMs { get; init; } = 1_000;

    /// <summary>For the client to close after the FIN to it, so that no reset overtakes the last response.</summary>
    public long LingerMs { get; init; } = 2_000;

    /// <summary>An unused upstream connection is closed after that: below what applications usually allow.</summary>
    public long UpstreamIdleMs { get; init; } = 4_000;

    /// <summary>Unused upstream connections for each target and loop.</summary>
    public int MaxIdleUpstreams { get; init; } = 256;

    /// <summary>HTTP/2: between the two GOAWAYs where the PING between them is not answered.</summary>
    public long GoAwayGraceMs { get; init; } = 5_000;

    /// <summary>WebSocket: for the client to answer Close before the application is told by the relay.</summary>
    public long CloseAnswerMs { get; init; } = 5_000;

    /// <summary>For a request's head to be whole, from its first byte; what comes more slowly holds a place for nothing.</summary>
    public long HeadMs { get; init; } = 30_000;

    /// <summary>For a place at the application, where a request may wait for one.</summary>
    public long PendingMs { get; init; } = 1_000;

    /// <summary>Silence of an HTTP/2 or WebSocket client after which it is asked whether it is there; 0 never asks.</summary>
    public long HeartbeatMs { get; init; }

    public ushort WebSocketCloseCode { get; init; } = Framing.WebSocket.WebSocketBuilder.GoingAway;
}
