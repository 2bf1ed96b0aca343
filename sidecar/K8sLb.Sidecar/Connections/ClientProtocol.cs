namespace K8sLb.Sidecar.Connections;

/// <summary>What a client connection speaks. HTTP/1.1 until its first bytes say otherwise.</summary>
public enum ClientProtocol
{
    Http1,
    Http2,
    WebSocket,
    Tcp,
}
