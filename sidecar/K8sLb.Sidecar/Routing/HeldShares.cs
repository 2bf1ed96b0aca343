using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>
/// Where connections that are placed as a whole go, in a pool that wants to hold them evenly: to the members that hold less than
/// their shares, in proportion to what they lack; and where this member is one of those, what arrives here stays.
/// </summary>
internal static class HeldShares
{
    /// <summary>
    /// Part of the tolerated imbalance from which on new connections are placed so. Below it they would be passed on for nothing:
    /// the next ones even it out.
    /// </summary>
    private const double Noticed = 1.0 / 3;

    /// <summary>Fewer than that from its share says nothing of a member.</summary>
    private const int Least = 2;

    /// <param name="held">By this member.</param>
    /// <returns>Null where the pool does not ask for it, somebody has not said what it holds, or it is even enough.</returns>
    public static RoutingShares? Plan(
        PoolState pool,
        RoutingSelf self,
        int held,
        IReadOnlyDictionary<string, MemberLoad> loads,
        DateTimeOffset now
    )
    {
        if (pool.Policy is not { Rebalance: { } policy, Balancing: not BalancingKind.ConsistentHash })
        {
            return null;
        }
        var (own, others, sum) = PoolWeights.Of(pool, self, loads, now);
        // The one to be placed counts as well.
        var all = held + 1.0;
        foreach (var (member, _) in others)
        {
            if (loads.GetValueOrDefault(member.Uid)?.Held is not { } theirs)
            {
                return null;
            }
            all += theirs;
        }
        if (sum <= 0 || own <= 0)
        {
            return null;
        }
        var peers = new List<PeerShare>(others.Count);
        var lack = 0.0;
        var uneven = IsUneven(held, all * own / sum, policy);
        foreach (var (member, weight) in others)
        {
            var share = all * weight / sum;
            var theirs = loads[member.Uid].Held!.Value;
            uneven |= IsUneven(theirs, share, policy);
            if (weight > 0 && member.PeerAddress.Length > 0)
            {
                var missing = Math.Max(0, share - theirs);
                peers.Add(new(member, weight, missing));
                lack += missing;
            }
        }
        if (!uneven)
        {
            return null;
        }
        var stays = held < all * own / sum || lack <= 0;
        return new(stays ? 1 : 0, [.. peers.Select(p => p with { Share = stays ? 0 : p.Share / lack })], own);
    }

    private static bool IsUneven(int held, double share, RebalancePolicy policy) =>
        Math.Abs(held - share) is var off && off >= Least && off > share * policy.MaxImbalancePercent / 100 * Noticed;
}
