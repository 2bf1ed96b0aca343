using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Relay;

/// <summary>Answers the relay from the decisions that every data path shares.</summary>
internal sealed class RelayRouting(
    SidecarOptions options,
    WorkRouter router,
    WorkAdmission admission,
    ConnectionRegistry registry,
    PeerGreetings greetings,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<RelayRouting> log
) : IRelayBrain
{
    private readonly ConcurrentDictionary<int, RelayTarget> local = new();

    /// <summary>By the peer itself, so that what is made for one goes with it.</summary>
    private readonly ConditionalWeakTable<Peer, ConcurrentDictionary<string, PeerTarget>> peers = [];
    private readonly LogThrottle throttle = new(clock);

    public RelayPlace Next(in Arrival arrival, TrackedConnection connection, WorkKind kind, bool staysHere)
    {
        // A probe asks whether the application is there, not whether it has time.
        if (staysHere && !arrival.FromPeer)
        {
            return RelayPlace.At(Local(arrival.Port));
        }
        var route = staysHere ? WorkRoute.Local : router.Next(kind, arrival.ClientKey);
        return At(admission.Admit(route, connection), arrival);
    }

    public RelayPlace Again(RelayTarget target, in Arrival arrival, bool staysHere)
    {
        if (!target.IsLocal || (staysHere && !arrival.FromPeer))
        {
            return RelayPlace.At(target);
        }
        return admission.Gate.TryEnter(out var place) ? RelayPlace.At(target, place)
            : arrival.FromPeer ? RelayPlace.Full
            : new(RelayVerdict.Wait);
    }

    public RelayTarget Local(in Arrival arrival) => Local(arrival.Port);

    public RelayTarget? Admit(in Arrival arrival) => admission.Gate.HasPlace ? Local(arrival.Port) : null;

    public RelayPlace Instead(in Arrival arrival, bool staysHere, RelayTarget failed, bool isFull = false)
    {
        if (isFull)
        {
            (failed as PeerTarget)?.Peer.NoteFull();
        }
        else
        {
            if (throttle.TryPass())
            {
                SidecarLog.DestinationUnreachable(log, failed.Name, "no connection, or it takes no work");
            }
            (failed as PeerTarget)?.Peer.NoteUnreachable();
        }
        if (staysHere)
        {
            return RelayPlace.Full;
        }
        var peer = router.Instead(arrival.ClientKey, failed.IsLocal);
        return At(admission.ToPeerOrHere(peer, hereToo: !failed.IsLocal), arrival);
    }

    public LinkedListNode<IPendingWork>? TryWait(IPendingWork work) => admission.TryWait(work);

    public void Withdraw(LinkedListNode<IPendingWork> entry) => admission.Gate.TryWithdraw(entry);

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

    private RelayPlace At(in WorkRoute route, in Arrival arrival) =>
        route.Kind switch
        {
            WorkRouteKind.Peer => RelayPlace.At(At(route.Peer!, arrival.Port)),
            WorkRouteKind.Local => RelayPlace.At(Local(arrival.Port), route.Place),
            WorkRouteKind.Wait => new(RelayVerdict.Wait),
            WorkRouteKind.Full => RelayPlace.Full,
            _ => RelayPlace.Refused,
        };

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
            : ports.GetOrAdd(
                port.Name,
                static (name, made) => new(made.peer, () => made.greetings.To(made.peer, name)),
                (peer, greetings)
            );
    }

    private sealed class PeerTarget(Peer peer, Func<PeerGreeting> greet)
        : RelayTarget($"the peer {peer.Name} at {peer.EndPoint}", peer.EndPoint, peer.Load, greet)
    {
        public Peer Peer => peer;
    }
}
