using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Listening;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// A client's HTTP connection on its way through Kestrel: the feature by which requests find their connection, and the
/// channel by which a release reaches it.
/// </summary>
internal sealed class HttpClientConnection : IClientChannel
{
    /// <summary>A round trip to a distant client, and some time for it to notice.</summary>
    private static readonly TimeSpan GoAwayGrace = TimeSpan.FromMilliseconds(500);

    private readonly ConnectionContext transport;
    private readonly TimeProvider clock;
    private readonly ConnectionRegistry registry;
    private long goAwayAt;
    private int hasArrived;
    private readonly ConcurrentDictionary<IClientChannel, byte> tunnels = new();
    private IConnectionLifetimeNotificationFeature? lifetime;

    public HttpClientConnection(
        ConnectionContext transport,
        Arrival arrival,
        ConnectionRegistry registry,
        TimeProvider clock
    )
    {
        (this.transport, this.registry, this.clock) = (transport, registry, clock);
        Port = arrival.Port;
        FromPeer = arrival.FromPeer;
        ClientAddress = Address(transport.RemoteEndPoint);
        Tracked = registry.Open(ClientProtocol.Http1, Port.Name, FromPeer, this);
    }

    public PortPolicy Port { get; }
    public bool FromPeer { get; }
    public TrackedConnection Tracked { get; }

    /// <summary>As text, made once for all requests of the connection.</summary>
    public string ClientAddress { get; }

    /// <summary>
    /// The connection has brought work, which its first request shows. The kubelet's probes are no work: they go on until the
    /// end, and must not hold it up.
    /// </summary>
    public void NoteRequest(bool isProbe)
    {
        if (!isProbe && Interlocked.Exchange(ref hasArrived, 1) == 0)
        {
            registry.NoteArrival();
        }
    }

    /// <summary>Kestrel has taken over; from now on a release goes through it.</summary>
    public void Attach(IConnectionLifetimeNotificationFeature? feature) => Volatile.Write(ref lifetime, feature);

    /// <summary>
    /// HTTP/2: GOAWAY. HTTP/1.1: closed if idle and if that will do; a request that comes first is answered with
    /// Connection: close instead.
    /// </summary>
    public void Release(ReleaseUrgency urgency)
    {
        if (Tracked.Protocol == ClientProtocol.Http2)
        {
            // Of an idle one Kestrel sends the last GOAWAY alone, which a stream on its way would meet.
            if (urgency != ReleaseUrgency.AfterAnswer || Tracked.InFlight > 0)
            {
                AnnounceGoAway();
            }
            foreach (var tunnel in tunnels.Keys)
            {
                tunnel.Release(urgency);
            }
        }
        else if (urgency != ReleaseUrgency.AfterAnswer && !HasUnreadInput && Tracked.TryBeginClosingIdle())
        {
            if (Volatile.Read(ref lifetime) is { } kestrel)
            {
                kestrel.RequestClose();
            }
            else
            {
                transport.Transport.Input.CancelPendingRead();
            }
        }
    }

    /// <summary>Of its own it has nothing that waits: what a release may do it does at once.</summary>
    public void Stay()
    {
        foreach (var tunnel in tunnels.Keys)
        {
            tunnel.Stay();
        }
    }

    /// <summary>
    /// GOAWAY, in two phases where a request is in flight: Kestrel first names the highest possible stream, so that streams
    /// that are on their way still count, and the last one when those in flight have ended.
    /// </summary>
    public void AnnounceGoAway()
    {
        if (Volatile.Read(ref lifetime) is { } kestrel && Tracked.State != ConnectionState.Closing)
        {
            Tracked.BeginClosing();
            Volatile.Write(ref goAwayAt, clock.GetTimestamp());
            kestrel.RequestClose();
        }
    }

    /// <summary>
    /// To be awaited by a request of HTTP/2 after its answer: Kestrel sends the last GOAWAY, and closes, when no request is
    /// left, which can be sooner than the first GOAWAY has reached the client. Streams that cross it are served meanwhile.
    /// </summary>
    public Task HoldForCrossingStreamsAsync()
    {
        var announced = Volatile.Read(ref goAwayAt);
        if (announced == 0)
        {
            return Task.CompletedTask;
        }
        var rest = GoAwayGrace - clock.GetElapsedTime(announced);
        return rest > TimeSpan.Zero ? Task.Delay(rest, clock) : Task.CompletedTask;
    }

    /// <summary>A WebSocket in one of its streams: GOAWAY alone would wait for it for ever.</summary>
    public void AddTunnel(IClientChannel tunnel) => tunnels.TryAdd(tunnel, 0);

    public void RemoveTunnel(IClientChannel tunnel) => tunnels.TryRemove(tunnel, out _);

    /// <summary>Bytes of the client's have arrived that nobody has read yet, so it is not as quiet as it seems.</summary>
    public bool HasUnreadInput
    {
        get
        {
            try
            {
                return transport.Features.Get<IConnectionSocketFeature>()?.Socket.Available > 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    public void Cut() => transport.Abort(new ConnectionAbortedException("the drain's deadline has passed"));

    private static string Address(EndPoint? endPoint) =>
        endPoint is not IPEndPoint ip ? "unknown"
        : ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4().ToString()
        : ip.Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip.Address}]"
        : ip.Address.ToString();
}
