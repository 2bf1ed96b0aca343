using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Http.Upstreams;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// Where requests can be sent, with the connections to it: the local application, or a peer's port. Rented for each request, and closed
/// behind the last one once it has been given up.
/// </summary>
internal sealed class HttpDestination
{
    private readonly Func<CancellationToken, ValueTask<Socket>> connect;
    private readonly TimeSpan connectTimeout;
    private readonly HttpMessageInvoker any;
    private readonly Http2Connections? http2;
    private readonly Leases leases;

    /// <param name="name">How failures speak of it.</param>
    /// <param name="connect">Opens a connection that is ready for the first request.</param>
    /// <param name="policy">Null leaves the number of connections to .NET's handler.</param>
    public HttpDestination(
        string name,
        IPEndPoint endPoint,
        bool isPeer,
        TimeSpan connectTimeout,
        Func<CancellationToken, ValueTask<Socket>> connect,
        UpstreamPolicy? policy,
        UpstreamCounts counts,
        TimeProvider clock
    )
    {
        (Name, this.connectTimeout, this.connect, Policy) = (name, connectTimeout, connect, policy);
        Prefix = $"http://{endPoint}";
        var handlers = new UpstreamHandlers(policy, isPeer, OpenAsync, counts);
        any = handlers.Any();
        http2 = policy is null ? null : new(Rules(policy), handlers.OneOfHttp2, clock);
        leases = new(Close);
    }

    public string Name { get; }
    public string Prefix { get; }
    public UpstreamPolicy? Policy { get; }

    /// <summary>Connections of HTTP/2 that it is sized for; 0 where nobody sizes it.</summary>
    public int Http2Size => http2?.Size ?? 0;

    /// <summary>False where it has been given up.</summary>
    public bool TryRent(Version version, out Lease lease)
    {
        if (!leases.TryTake())
        {
            lease = default;
            return false;
        }
        var connection = version == HttpVersion.Version20 ? http2?.Rent() : null;
        lease = new(this, connection);
        return true;
    }

    /// <summary>Makes the number of its connections fit what they carry.</summary>
    public void Fit() => http2?.Fit();

    /// <summary>No request begins with it any more; those under way go on.</summary>
    public void Retire() => leases.Retire();

    private static PoolSizeRules Rules(UpstreamPolicy policy) =>
        new(
            policy.MinConnections,
            policy.MaxConnections,
            policy.StreamsPerConnection,
            TimeSpan.FromMilliseconds(policy.IdleTimeoutMs)
        );

    private void Close()
    {
        any.Dispose();
        http2?.Dispose();
    }

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

    /// <summary>A request's use of it.</summary>
    internal readonly struct Lease(HttpDestination destination, Http2Connections.Connection? connection) : IDisposable
    {
        public HttpDestination Destination => destination;
        public HttpMessageInvoker Invoker => connection?.Invoker ?? destination.any;

        public void Dispose()
        {
            if (connection is not null)
            {
                destination.http2!.Return(connection);
            }
            destination.leases.Return();
        }
    }
}

/// <summary>No connection could be had, so nothing of a request has been sent.</summary>
internal sealed class DestinationUnreachableException(string message, Exception? inner = null)
    : IOException(message, inner);
