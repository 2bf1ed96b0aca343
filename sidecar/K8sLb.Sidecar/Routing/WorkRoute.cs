using K8sLb.Sidecar.Overload;

namespace K8sLb.Sidecar.Routing;

/// <summary>Where a piece of new work goes.</summary>
/// <param name="Place">At the application here, once it has one; whoever does not begin the work leaves it.</param>
public readonly record struct WorkRoute(WorkRouteKind Kind, Peer? Peer, Place Place = default)
{
    public static readonly WorkRoute Local = new(WorkRouteKind.Local, null);
    public static readonly WorkRoute Reject = new(WorkRouteKind.Reject, null);
    public static readonly WorkRoute Wait = new(WorkRouteKind.Wait, null);
    public static readonly WorkRoute Full = new(WorkRouteKind.Full, null);

    public static WorkRoute To(Peer? peer) => peer is null ? Local : new(WorkRouteKind.Peer, peer);

    public static WorkRoute Here(Place place) => new(WorkRouteKind.Local, null, place);
}

public enum WorkRouteKind
{
    Local,
    Peer,

    /// <summary>The pool refuses late arrivals.</summary>
    Reject,

    /// <summary>Here, when there is a place.</summary>
    Wait,

    /// <summary>There is no place.</summary>
    Full,
}
