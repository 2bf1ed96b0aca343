using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Tcp;

/// <summary>TCP ports: each connection is placed once, when it comes in, and relayed until it ends.</summary>
internal sealed class TcpDataPath(
    SidecarOptions options,
    WorkRouter router,
    ConnectionRegistry registry,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<TcpDataPath> log
) : IDataPath
{
    /// <summary>Places that are tried before a client is turned away.</summary>
    private const int MaxAttempts = 4;
    private readonly LogThrottle throttle = new(clock);

    public bool Carries(PortProtocol protocol) => protocol == PortProtocol.Tcp;

    public async Task ServeAsync(Socket client, Arrival arrival)
    {
        using (client)
        {
            var channel = new TcpChannel(client);
            var connection = registry.Open(ClientProtocol.Tcp, arrival.Port.Name, arrival.FromPeer, channel);
            connection.BeginWork();
            try
            {
                using var server = await PlaceAsync(arrival);
                if (server is null)
                {
                    return;
                }
                if (arrival.FromPeer)
                {
                    await PeerHandshake.AcceptAsync(client, CancellationToken.None);
                }
                var relay = new TcpRelay(client, server, registry);
                channel.Attach(relay);
                await relay.RunAsync(connection);
            }
            catch (SocketException)
            {
                // The client went while its connection was being placed.
            }
            finally
            {
                connection.EndWork();
                connection.Close();
            }
        }
    }

    /// <summary>A connection to where it is served; null where nobody takes it.</summary>
    private async Task<Socket?> PlaceAsync(Arrival arrival)
    {
        var route = arrival.FromPeer ? WorkRoute.Local : router.Next();
        var localFailed = false;
        for (var attempt = 1; route.Kind != WorkRouteKind.Reject; attempt++)
        {
            try
            {
                return await DialAsync(route.Peer, arrival.Port);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                if (throttle.TryPass())
                {
                    SidecarLog.DestinationUnreachable(log, Name(route.Peer, arrival.Port), e.Message);
                }
                route.Peer?.NoteUnreachable();
                localFailed |= route.Peer is null;
                var next = arrival.FromPeer || attempt == MaxAttempts ? null : router.AnyPeer();
                if (next is null && localFailed)
                {
                    metrics.Connections.Add(1, SidecarMetrics.Failed);
                    return null;
                }
                route = WorkRoute.To(next);
            }
        }
        metrics.Connections.Add(1, SidecarMetrics.Rejected);
        return null;
    }

    private async Task<Socket> DialAsync(Peer? peer, PortPolicy port)
    {
        using var timeout = new CancellationTokenSource(peer is null ? Dialler.LocalTimeout : Dialler.PeerTimeout);
        if (peer is null)
        {
            var local = await Dialler.DialAsync(new(options.AppAddress, port.TargetPort), timeout.Token);
            metrics.Connections.Add(1, SidecarMetrics.Local);
            return local;
        }
        var remote = await Dialler.DialPeerAsync(peer, port.Name, timeout.Token);
        peer.NoteReached();
        registry.NoteRerouted();
        metrics.Connections.Add(1, SidecarMetrics.Rerouted);
        return remote;
    }

    private string Name(Peer? peer, PortPolicy port) =>
        peer is null
            ? $"the application at {new IPEndPoint(options.AppAddress, port.TargetPort)}"
            : $"the peer {peer.Name} at {peer.EndPoint}";
}
