using System.Net;

namespace K8sLb.Load;

/// <summary>
/// Where the load goes. The delegates are asked for each new connection, so that a test can stand in for the choice that
/// kube-proxy makes.
/// </summary>
/// <param name="Http1">HTTP/1.1 and WebSocket.</param>
/// <param name="Http2">HTTP/2 with prior knowledge, gRPC as well.</param>
/// <param name="Host">The Host header and the :authority.</param>
public sealed record LoadTarget(Func<EndPoint> Http1, Func<EndPoint> Http2, string Host)
{
    public static LoadTarget Fixed(EndPoint http1, EndPoint http2, string host) => new(() => http1, () => http2, host);
}
