using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>
/// Turns weights into shares. Of all that clients bring to the pool, a member is to serve its target, w/Σw; where more arrives at
/// it than that, it passes on the excess, to the members at which less arrives than their targets, in proportion to what these
/// lack. That moves no more work than it must: what one passes on is just what others lack.
/// </summary>
/// <remarks>
/// What arrives where is measured; until every member has said, all are taken to get the same, as kube-proxy, which knows no
/// weights, would have it.
/// </remarks>
public static class RoutingPlanner
{
    /// <summary>Below this a difference of shares is rounding.</summary>
    private const double Negligible = 1e-9;

    /// <param name="loads">What is known of the others, by UID.</param>
    public static RoutingShares Plan(
        PoolState pool,
        RoutingSelf self,
        IReadOnlyDictionary<string, MemberLoad> loads,
        DateTimeOffset now
    )
    {
        var (own, others, sum) = PoolWeights.Of(pool, self, loads, now);
        var arrivals = PoolArrivals.Of(pool, self, loads, others.Count);
        var excess = sum > 0 ? Math.Max(0, 1 - (own / sum / arrivals.OfSelf)) : 0;
        var peers = new List<PeerShare>(others.Count);
        var lack = 0.0;
        foreach (var (member, weight) in others)
        {
            if (weight > 0 && member.PeerAddress.Length > 0)
            {
                var missing = Math.Max(0, (weight / sum) - arrivals.Of(member));
                peers.Add(new(member, weight, missing));
                lack += missing;
            }
        }
        var passed = excess < Negligible || lack <= 0 ? 0 : excess;
        return new(
            1 - passed,
            [.. peers.Select(p => p with { Share = passed == 0 ? 0 : passed * p.Share / lack })],
            own
        );
    }
}
