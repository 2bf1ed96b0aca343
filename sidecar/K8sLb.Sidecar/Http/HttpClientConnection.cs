using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Relay.Framing.WebSocket;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Sidecar.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// A client's HTTP connection on its way through Kestrel: the feature by which requests find their connection, and the
/// channel by which a release reaches it.
/// </summary>
internal sealed class HttpClientConnection : IClientChannel, IWebSocketCarrier
{
    private readonly ConnectionContext transport;
    private readonly TransferAccount transfers;
    private readonly SnapshotInForce snapshots;
    private readonly TimeProvider clock;
    private readonly ConnectionRegistry registry;
    private long goAwayAt;
    private int isLingering;
    private int hasArrived;
    private readonly ConcurrentDictionary<ReleasableWebSocket, byte> tunnels = new();
    private IConnectionLifetimeNotificationFeature? lifetime;

    public HttpClientConnection(
        ConnectionContext transport,
        Arrival arrival,
        TcpAccount before,
        ConnectionRegistry registry,
        SnapshotInForce snapshots,
        TimeProvider clock
    )
    {
        (this.transport, this.registry, this.snapshots, this.clock) = (transport, registry, snapshots, clock);
        transfers = new(transport, before);
        Port = arrival.Port;
        FromPeer = arrival.FromPeer;
        ClientKey = arrival.ClientKey;
        ClientAddress = Address(transport.RemoteEndPoint);
        Tracked = registry.Open(ClientProtocol.Http1, Port.Name, FromPeer, this);
    }

    public PortPolicy Port { get; }
    public bool FromPeer { get; }
    public TrackedConnection Tracked { get; }

    public ushort CloseCode => (ushort)(Policy?.WebSocketCloseCode ?? WebSocketBuilder.GoingAway);

    /// <summary>What consistent hashing knows it by.</summary>
    public ulong ClientKey { get; }

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

    /// <summary>Kestrel has given all of an answer to the transport.</summary>
    public void NoteRequestEnd() => transfers.NoteRequestEnd();

    /// <summary>Kestrel has taken over; from now on a release goes through it.</summary>
    public void Attach(IConnectionLifetimeNotificationFeature? feature) => Volatile.Write(ref lifetime, feature);

    /// <summary>
    /// HTTP/2: GOAWAY. HTTP/1.1: closed if idle and if that will do; a request that comes first is answered with
    /// Connection: close instead. WebSockets are told where their messages allow it.
    /// </summary>
    public void Release(ReleaseUrgency urgency)
    {
        if (Tracked.Protocol == ClientProtocol.Http1)
        {
            ReleaseIdle(urgency);
            return;
        }
        // Of an idle one Kestrel sends the last GOAWAY alone, which a stream on its way would meet.
        var mayAnnounce = urgency != ReleaseUrgency.AfterAnswer || Tracked.InFlight > 0;
        if (Tracked.Protocol == ClientProtocol.Http2 && mayAnnounce)
        {
            AnnounceGoAway();
        }
        foreach (var tunnel in tunnels.Keys)
        {
            tunnel.Release(urgency);
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
    /// GOAWAY, in two phases where an answer is outstanding: Kestrel first names the highest possible stream, so that streams
    /// that are on their way still count, and the last one when its next frame or second finds none outstanding.
    /// </summary>
    public void AnnounceGoAway()
    {
        if (
            Volatile.Read(ref lifetime) is { } kestrel
            && Interlocked.CompareExchange(ref goAwayAt, clock.GetTimestamp(), 0) == 0
        )
        {
            Tracked.BeginClosing();
            kestrel.RequestClose();
        }
    }

    /// <summary>
    /// To be awaited by a request of HTTP/2 after its answer. Kestrel sends the last GOAWAY as soon as it finds all answers
    /// sent, and takes no stream behind it, but closes only when no request is left, which one that waits here is. Closing
    /// on a stream that crosses the last GOAWAY would be a reset, which can take from the client the very word that the
    /// stream may be sent again: so the client's end is waited for, or the grace.
    /// </summary>
    public async Task LingerBehindGoAwayAsync()
    {
        var rest =
            TimeSpan.FromMilliseconds(Policy?.GoAwayGraceMs ?? 0) - clock.GetElapsedTime(Volatile.Read(ref goAwayAt));
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, clock, transport.ConnectionClosed)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// True for the first request that asks behind a GOAWAY: one that waits is enough, and every one that does counts among
    /// the requests that Kestrel serves on a connection at a time.
    /// </summary>
    public bool TryLinger() => Volatile.Read(ref goAwayAt) != 0 && Interlocked.Exchange(ref isLingering, 1) == 0;

    /// <summary>A WebSocket, which the connection has become or which is one of its streams.</summary>
    public void AddTunnel(ReleasableWebSocket tunnel)
    {
        tunnels.TryAdd(tunnel, 0);
        tunnel.Ended += () => tunnels.TryRemove(tunnel, out _);
    }

    public bool HasUnreadInput => transfers.Look() == TransferState.Coming;

    /// <summary>
    /// Another request is there already, or its beginning. To be asked within a request that has no content: then nobody else
    /// reads.
    /// </summary>
    public bool HasRequestWaiting()
    {
        if (HasUnreadInput)
        {
            return true;
        }
        var input = transport.Transport.Input;
        if (!input.TryRead(out var seen))
        {
            return false;
        }
        var isThere = !seen.Buffer.IsEmpty;
        // Nothing is marked as examined, so that Kestrel's next read gets it at once.
        input.AdvanceTo(seen.Buffer.Start);
        return isThere;
    }

    public void Cut(bool reset)
    {
        if (reset)
        {
            transport.Abort(new ConnectionAbortedException("reset by the sidecar"));
        }
        else
        {
            Close();
        }
    }

    /// <summary>FIN behind what was sent.</summary>
    public void Close() => ClientSocket.Close(transport);

    private DrainPolicy? Policy => snapshots.Current?.Pool.Policy.Drain;

    /// <summary>
    /// Closed by a FIN of its own, in the moment in which the kernel shows that nothing has come: on Kestrel's way to one, from
    /// thread to thread, a request could come in that nobody would read any more.
    /// </summary>
    private void ReleaseIdle(ReleaseUrgency urgency)
    {
        if (
            urgency == ReleaseUrgency.AfterAnswer
            || transfers.Look() == TransferState.Coming
            || !Tracked.TryBeginClosingIdle()
        )
        {
            return;
        }
        switch (transfers.Look())
        {
            case TransferState.AtRest:
                Close();
                break;
            case TransferState.Unknown when Volatile.Read(ref lifetime) is { } kestrel:
                kestrel.RequestClose();
                break;
            case TransferState.Unknown:
                transport.Transport.Input.CancelPendingRead();
                break;
            default:
                // A request has come since; its answer carries the close.
                break;
        }
    }

    private static string Address(EndPoint? endPoint) =>
        endPoint is not IPEndPoint ip ? "unknown"
        : ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4().ToString()
        : ip.Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip.Address}]"
        : ip.Address.ToString();
}
