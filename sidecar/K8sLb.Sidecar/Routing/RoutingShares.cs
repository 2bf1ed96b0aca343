using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>Of the new work that arrives here: how much stays, and how the rest is spread over peers. Sums to 1.</summary>
/// <param name="EffectiveWeight">This member's weight now, warm-up and drain applied.</param>
public sealed record RoutingShares(double Local, IReadOnlyList<PeerShare> Peers, double EffectiveWeight)
{
    public static RoutingShares AllLocal(double effectiveWeight) => new(1, [], effectiveWeight);
}

public readonly record struct PeerShare(MemberDirective Member, double Share);
