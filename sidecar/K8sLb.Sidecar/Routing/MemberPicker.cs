namespace K8sLb.Sidecar.Routing;

/// <summary>Picks by a plan and a random number; neither locks nor allocates.</summary>
public static class MemberPicker
{
    /// <summary>The peer for a piece of new work, or null where it is served here.</summary>
    /// <param name="random">Uniform from 0 to below 1.</param>
    public static Peer? Pick(RoutingPlan plan, double random) =>
        random < plan.Local || plan.Peers.Length == 0
            ? null
            : Reachable(plan, (random - plan.Local) / (1 - plan.Local));

    /// <summary>A peer, whatever the local share is: for work that cannot be served here. Null where there is none.</summary>
    public static Peer? PickPeer(RoutingPlan plan, double random) =>
        plan.Peers.Length == 0 ? null : Reachable(plan, random);

    private static Peer? Reachable(RoutingPlan plan, double point)
    {
        var peers = plan.Peers;
        var first = plan.PeerAt(point);
        for (var i = 0; i < peers.Length; i++)
        {
            var peer = peers[(first + i) % peers.Length];
            if (!peer.IsAvoided)
            {
                return peer;
            }
        }
        return null;
    }
}
