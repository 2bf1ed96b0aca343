using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>
/// Where connections that are placed as a whole go, in a pool that wants to hold them evenly: to the members that hold less than
/// their shares, in proportion to what they lack; and where this member is one of those, what arrives here stays.
/// </summary>
/// <remarks>
/// Everybody, this member included, is taken at what it reported when the others did: held against figures that are seconds old,
/// its own would make every member of a pool that fills up take itself for the fullest, and pass on nearly everything.
/// </remarks>
internal static class HeldShares
{
    /// <summary>
    /// Part of the tolerated imbalance from which on new connections are placed so. Below it they would be passed on for nothing:
    /// the next ones even it out.
    /// </summary>
    private const double Noticed = 1.0 / 3;

    /// <summary>Fewer than that from its share says nothing of a member.</summary>
    private const int Least = 2;

    /// <param name="sent">What went from here to a member since the figures were reported, by its UID.</param>
    /// <returns>Null where the pool does not ask for it, somebody has not said what it holds, or it is even enough.</returns>
    public static RoutingShares? Plan(
        PoolState pool,
        RoutingSelf self,
        IReadOnlyDictionary<string, MemberLoad> loads,
        IReadOnlyDictionary<string, int> sent,
        DateTimeOffset now
    )
    {
        if (
            pool.Policy is not { Rebalance: { } policy, Balancing: not BalancingKind.ConsistentHash }
            || loads.GetValueOrDefault(self.Uid)?.Held is not { } held
        )
        {
            return null;
        }
        var (own, others, sum) = PoolWeights.Of(pool, self, loads, now);
        var all = (double)held;
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
        var share = all * own / sum;
        var uneven = IsUneven(held, share, policy);
        var passing = held >= share ? 1 : 0;
        var lacking = new List<(MemberDirective Member, double Weight, double Missing)>(others.Count);
        foreach (var (member, weight) in others)
        {
            var theirShare = all * weight / sum;
            var theirs = loads[member.Uid].Held!.Value;
            uneven |= IsUneven(theirs, theirShare, policy);
            passing += theirs >= theirShare ? 1 : 0;
            if (weight > 0 && member.PeerAddress.Length > 0)
            {
                lacking.Add((member, weight, theirShare - theirs));
            }
        }
        if (!uneven)
        {
            return null;
        }
        // The others that hold too much send there as well, about as much as this one.
        var peers = lacking
            .Select(l => new PeerShare(
                l.Member,
                l.Weight,
                Math.Max(0, l.Missing - (sent.GetValueOrDefault(l.Member.Uid) * (double)passing))
            ))
            .ToList();
        var lack = peers.Sum(p => p.Share);
        var stays = held < share || lack <= 0;
        return new(stays ? 1 : 0, [.. peers.Select(p => p with { Share = stays ? 0 : p.Share / lack })], own);
    }

    private static bool IsUneven(int held, double share, RebalancePolicy policy) =>
        Math.Abs(held - share) is var off && off >= Least && off > share * policy.MaxImbalancePercent / 100 * Noticed;
}
