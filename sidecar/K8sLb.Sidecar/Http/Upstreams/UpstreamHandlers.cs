using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Http.Upstreams;

/// <summary>Makes the handlers that carry requests to one destination.</summary>
/// <param name="connect">Opens a connection that is ready for the first request.</param>
internal sealed class UpstreamHandlers(
    UpstreamPolicy? policy,
    bool isPeer,
    Func<CancellationToken, ValueTask<Socket>> connect,
    UpstreamCounts counts
)
{
    /// <summary>
    /// Below the keep-alive times of common servers (gunicorn 2 s, Node 5 s, uvicorn 5 s, nginx 75 s). The handler sends a
    /// request again by itself where a reused connection turns out closed, but not once a request's body has begun.
    /// </summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMilliseconds(1900);

    /// <summary>Enough for the loopback and for the next node; it is not sized while running.</summary>
    private const int StreamWindow = 1024 * 1024;

    /// <summary>Of any version, with as many connections as it takes.</summary>
    public HttpMessageInvoker Any() => Counted(Handler(IdleTimeout));

    /// <summary>Of HTTP/2 alone, on one connection.</summary>
    /// <param name="staysOpen">Without use as well.</param>
    public HttpMessageInvoker OneOfHttp2(bool staysOpen)
    {
        var handler = Handler(staysOpen ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(policy!.IdleTimeoutMs));
        handler.EnableMultipleHttp2Connections = false;
        if (policy!.HeartbeatMs > 0)
        {
            handler.KeepAlivePingDelay = handler.KeepAlivePingTimeout = TimeSpan.FromMilliseconds(policy.HeartbeatMs);
            // Servers of gRPC take pings on a connection without streams for an attack; peers are sidecars.
            handler.KeepAlivePingPolicy = isPeer
                ? HttpKeepAlivePingPolicy.Always
                : HttpKeepAlivePingPolicy.WithActiveRequests;
        }
        return Counted(handler);
    }

    private CountedInvoker Counted(SocketsHttpHandler handler) => new(handler, counts);

    private SocketsHttpHandler Handler(TimeSpan idleTimeout) =>
        new()
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = idleTimeout,
            InitialHttp2StreamWindowSize = StreamWindow,
            MaxResponseHeadersLength = 128,
            ConnectCallback = async (_, cancellation) => counts.Count(await connect(cancellation)),
            // Header bytes pass as they are.
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        };

    private sealed class CountedInvoker : HttpMessageInvoker
    {
        private readonly UpstreamCounts counts;
        private int isClosed;

        public CountedInvoker(SocketsHttpHandler handler, UpstreamCounts counts)
            : base(handler, disposeHandler: true)
        {
            this.counts = counts;
            counts.HandlerOpened();
        }

        protected override void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref isClosed, 1) == 0)
            {
                counts.HandlerClosed();
            }
            base.Dispose(disposing);
        }
    }
}
