using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>
/// Turns weights into shares. Connections arrive evenly over the n members that are available (kube-proxy knows no
/// weights), so a member whose target share w/Σw is below 1/n passes on the excess, 1 - n·share of what arrives, to
/// the members whose target is above 1/n, in proportion to what these lack.
/// </summary>
public static class RoutingPlanner
{
    /// <summary>Below this a difference of shares is rounding.</summary>
    private const double Negligible = 1e-9;

    /// <param name="selfUid">This member.</param>
    /// <param name="selfWeight">Its weight before warm-up, where that differs from the pool's: the one that it had when a drain began.</param>
    /// <param name="selfFactor">What a drain leaves of its weight, from 1 to 0.</param>
    public static RoutingShares Plan(
        PoolState pool,
        string selfUid,
        int? selfWeight,
        double selfFactor,
        DateTimeOffset now
    )
    {
        var slowStart = pool.Policy.SlowStart;
        var self = pool.Members.FirstOrDefault(m => m.Uid == selfUid);
        var own = (selfWeight ?? self?.Weight ?? 0) * WarmUp.Factor(slowStart, self?.WarmingSince, now) * selfFactor;

        var others = new List<(MemberDirective Member, double Weight)>(pool.Members.Count);
        var sum = own;
        foreach (var member in pool.Members)
        {
            if (member.Uid != selfUid && member.Availability == MemberAvailability.Available)
            {
                var weight = member.Weight * WarmUp.Factor(slowStart, member.WarmingSince, now);
                others.Add((member, weight));
                sum += weight;
            }
        }

        // Arrivals come here, so this member counts among the n even where it should get none any more.
        var even = 1.0 / (others.Count + 1);
        var excess = sum > 0 ? 1 - (own / sum / even) : 0;
        if (excess < Negligible)
        {
            return RoutingShares.AllLocal(own);
        }

        var lacking = new List<PeerShare>(others.Count);
        var lack = 0.0;
        foreach (var (member, weight) in others)
        {
            var missing = (weight / sum) - even;
            if (missing > 0 && member.PeerAddress.Length > 0)
            {
                lacking.Add(new(member, missing));
                lack += missing;
            }
        }
        return lack > 0
            ? new(1 - excess, [.. lacking.Select(p => p with { Share = excess * p.Share / lack })], own)
            : RoutingShares.AllLocal(own);
    }
}
