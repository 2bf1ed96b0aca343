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
    private readonly ConnectionContext transport;
    private readonly ConcurrentDictionary<IClientChannel, byte> tunnels = new();
    private IConnectionLifetimeNotificationFeature? lifetime;

    public HttpClientConnection(ConnectionContext transport, Arrival arrival, ConnectionRegistry registry)
    {
        this.transport = transport;
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

    /// <summary>Kestrel has taken over; from now on a release goes through it.</summary>
    public void Attach(IConnectionLifetimeNotificationFeature? feature) => Volatile.Write(ref lifetime, feature);

    /// <summary>
    /// HTTP/2: GOAWAY. HTTP/1.1: closed if idle; a request that comes first is answered with Connection: close instead.
    /// </summary>
    public void Release(ReleaseUrgency urgency)
    {
        if (Tracked.Protocol == ClientProtocol.Http2)
        {
            AnnounceGoAway();
            foreach (var tunnel in tunnels.Keys)
            {
                tunnel.Release(urgency);
            }
        }
        else if (Tracked.TryBeginClosingIdle())
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

    /// <summary>
    /// GOAWAY, in two phases where a request is in flight: Kestrel first names the highest possible stream, so that streams
    /// that are on their way still count, and the last one when those in flight have ended.
    /// </summary>
    public void AnnounceGoAway()
    {
        if (Volatile.Read(ref lifetime) is { } kestrel && Tracked.State != ConnectionState.Closing)
        {
            Tracked.BeginClosing();
            kestrel.RequestClose();
        }
    }

    /// <summary>A WebSocket in one of its streams: GOAWAY alone would wait for it for ever.</summary>
    public void AddTunnel(IClientChannel tunnel) => tunnels.TryAdd(tunnel, 0);

    public void RemoveTunnel(IClientChannel tunnel) => tunnels.TryRemove(tunnel, out _);

    public void Cut() => transport.Abort(new ConnectionAbortedException("the drain's deadline has passed"));

    private static string Address(EndPoint? endPoint) =>
        endPoint is not IPEndPoint ip ? "unknown"
        : ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4().ToString()
        : ip.Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip.Address}]"
        : ip.Address.ToString();
}
