using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay;

/// <summary>Answers the relay from the decisions that every data path shares.</summary>
internal sealed class RelayRouting(
    SidecarOptions options,
    WorkRouter router,
    ConnectionRegistry registry,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<RelayRouting> log
) : IRelayBrain
{
    private readonly ConcurrentDictionary<int, RelayTarget> local = new();

    /// <summary>By the peer itself, so that what is made for one goes with it.</summary>
    private readonly ConditionalWeakTable<Peer, ConcurrentDictionary<string, PeerTarget>> peers = [];
    private readonly LogThrottle throttle = new(clock);

    public RelayTarget? Next(in Arrival arrival, WorkKind kind, bool staysHere)
    {
        if (staysHere)
        {
            return Local(arrival.Port);
        }
        var route = router.Next(kind, arrival.ClientKey);
        return route.Kind switch
        {
            WorkRouteKind.Reject => null,
            WorkRouteKind.Peer => At(route.Peer!, arrival.Port),
            _ => Local(arrival.Port),
        };
    }

    public RelayTarget? Instead(in Arrival arrival, bool staysHere, RelayTarget failed)
    {
        if (throttle.TryPass())
        {
            SidecarLog.DestinationUnreachable(log, failed.Name, "no connection, or it takes no work");
        }
        (failed as PeerTarget)?.Peer.NoteUnreachable();
        if (staysHere)
        {
            return null;
        }
        if (router.Instead(arrival.ClientKey, failed.IsLocal) is { } peer)
        {
            return At(peer, arrival.Port);
        }
        return failed.IsLocal ? null : Local(arrival.Port);
    }

    public void Reached(RelayTarget target) => (target as PeerTarget)?.Peer.NoteReached();

    public void Served(in Arrival arrival, RelayTarget? target)
    {
        var route =
            target is null ? SidecarMetrics.Rejected
            : target.IsLocal ? SidecarMetrics.Local
            : SidecarMetrics.Rerouted;
        (arrival.Port.Protocol == PortProtocol.Tcp ? metrics.Connections : metrics.Requests).Add(1, route);
        if (target is { IsLocal: false })
        {
            registry.NoteRerouted();
        }
    }

    public void Failed(RelayFailure how) => metrics.Failures.Add(1, SidecarMetrics.Outcome(how.ToString()));

    public TrackedConnection Open(in Arrival arrival, ClientProtocol protocol, IClientChannel channel) =>
        registry.Open(protocol, arrival.Port.Name, arrival.FromPeer, channel);

    public void NoteArrival() => registry.NoteArrival();

    private RelayTarget Local(PortPolicy port) =>
        // Looked up first: a closure for the factory is made on entry of the method that holds it.
        local.TryGetValue(port.TargetPort, out var known)
            ? known
            : AddLocal(port.TargetPort);

    private RelayTarget AddLocal(int port)
    {
        var endPoint = new IPEndPoint(options.AppAddress, port);
        return local.GetOrAdd(port, _ => new($"the application at {endPoint}", endPoint, router.Local));
    }

    private PeerTarget At(Peer peer, PortPolicy port)
    {
        var ports = peers.GetValue(peer, static _ => new());
        return ports.TryGetValue(port.Name, out var known)
            ? known
            : ports.GetOrAdd(port.Name, static (name, peer) => new(peer, name), peer);
    }

    private sealed class PeerTarget(Peer peer, string port)
        : RelayTarget(
            $"the peer {peer.Name} at {peer.EndPoint}",
            peer.EndPoint,
            peer.Load,
            PeerPreface.Format(port, peer.Credential)
        )
    {
        public Peer Peer => peer;
    }
}
