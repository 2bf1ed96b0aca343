using K8sLb.Sidecar.Connections;

namespace K8sLb.Sidecar.WebSockets;

/// <summary>What a WebSocket asks of the client connection that it is, or is a stream of.</summary>
internal interface IWebSocketCarrier
{
    TrackedConnection Tracked { get; }

    /// <summary>Bytes of the client's have arrived that nobody has read yet, so it is not as quiet as it seems.</summary>
    bool HasUnreadInput { get; }

    /// <summary>What a Close says that goes out now.</summary>
    ushort CloseCode { get; }
}
