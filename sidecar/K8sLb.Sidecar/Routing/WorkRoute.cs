namespace K8sLb.Sidecar.Routing;

/// <summary>Where a piece of new work goes.</summary>
public readonly record struct WorkRoute(WorkRouteKind Kind, Peer? Peer)
{
    public static readonly WorkRoute Local = new(WorkRouteKind.Local, null);
    public static readonly WorkRoute Reject = new(WorkRouteKind.Reject, null);

    public static WorkRoute To(Peer? peer) => peer is null ? Local : new(WorkRouteKind.Peer, peer);
}

public enum WorkRouteKind
{
    Local,
    Peer,
    Reject,
}
