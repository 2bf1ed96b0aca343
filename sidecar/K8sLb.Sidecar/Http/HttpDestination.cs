using System.Net;
using System.Net.Sockets;
using System.Text;

namespace K8sLb.Sidecar.Http;

/// <summary>Where requests can be sent, with the connections to it: the local application, or a peer's port.</summary>
internal sealed class HttpDestination : IDisposable
{
    /// <summary>
    /// Below the keep-alive times of common servers (gunicorn 2 s, Node 5 s, uvicorn 5 s, nginx 75 s). The handler sends a
    /// request again by itself where a reused connection turns out closed, but not once a request's body has begun.
    /// </summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMilliseconds(1900);

    /// <summary>Enough for the loopback and for the next node; it is not sized while running.</summary>
    private const int StreamWindow = 1024 * 1024;

    private readonly Func<CancellationToken, ValueTask<Socket>> connect;
    private readonly TimeSpan connectTimeout;

    /// <param name="name">How failures speak of it.</param>
    /// <param name="connect">Opens a connection that is ready for the first request.</param>
    public HttpDestination(
        string name,
        IPEndPoint endPoint,
        TimeSpan connectTimeout,
        Func<CancellationToken, ValueTask<Socket>> connect
    )
    {
        (Name, this.connectTimeout, this.connect) = (name, connectTimeout, connect);
        Prefix = $"http://{endPoint}";
        Invoker = new(Handler(), disposeHandler: true);
    }

    public string Name { get; }
    public string Prefix { get; }
    public HttpMessageInvoker Invoker { get; }

    public void Dispose() => Invoker.Dispose();

    private SocketsHttpHandler Handler() =>
        new()
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = IdleTimeout,
            InitialHttp2StreamWindowSize = StreamWindow,
            MaxResponseHeadersLength = 128,
            ConnectCallback = async (_, cancellation) =>
                new NetworkStream(await OpenAsync(cancellation), ownsSocket: true),
            // Header bytes pass as they are.
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        };

    /// <summary>Marks every failure before the first byte of a request, a timeout among them, as such.</summary>
    private async ValueTask<Socket> OpenAsync(CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(connectTimeout);
        try
        {
            return await connect(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new DestinationUnreachableException(
                $"no connection to {Name} within {connectTimeout.TotalSeconds:0.#} s"
            );
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new DestinationUnreachableException($"no connection to {Name}: {e.Message}", e);
        }
    }
}

/// <summary>No connection could be had, so nothing of a request has been sent.</summary>
internal sealed class DestinationUnreachableException(string message, Exception? inner = null)
    : IOException(message, inner);
