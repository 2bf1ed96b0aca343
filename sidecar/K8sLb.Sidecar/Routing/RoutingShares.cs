using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>Of the new work that arrives here: how much stays, and how the rest is spread over peers. Sums to 1.</summary>
/// <param name="Peers">All that may take work and can be reached; those that get their share without help have one of 0.</param>
/// <param name="EffectiveWeight">This member's weight now, warm-up and drain applied.</param>
public sealed record RoutingShares(double Local, IReadOnlyList<PeerShare> Peers, double EffectiveWeight);

/// <param name="Weight">Above 0, warm-up applied.</param>
public readonly record struct PeerShare(MemberDirective Member, double Weight, double Share);
