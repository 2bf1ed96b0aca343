using K8sLb.Protocol;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Sessions;

/// <summary>Reads from a snapshot which members keep sessions, and which take over those of others.</summary>
public static class SessionPlanner
{
    /// <param name="self">This member knows better than the snapshot what becomes of it.</param>
    /// <param name="peers">Those that can be reached.</param>
    /// <returns>Null where the pool has no sessions.</returns>
    public static SessionPlan? Plan(PoolState pool, SessionSelf self, IReadOnlyList<Peer> peers, SessionPlan? before)
    {
        if (pool.Policy.Sessions is not { } policy)
        {
            return null;
        }
        // Another policy came with another snapshot; keys are made ready once for each.
        var keys = ReferenceEquals(policy, before?.Policy) ? before.Keys : new SessionKeyRing(policy.Keys);
        return new(policy, keys, RendezvousHash.Of(self.Uid), Members(pool, self, peers));
    }

    private static IEnumerable<SessionMember> Members(PoolState pool, SessionSelf self, IReadOnlyList<Peer> peers)
    {
        var byUid = peers.ToDictionary(p => p.Uid, StringComparer.Ordinal);
        foreach (var member in pool.Members)
        {
            if (member.Uid == self.Uid)
            {
                var drains = self.MovesAt is not null || self.EndsAt is not null;
                yield return Member(member, null) with
                {
                    TakesOver = TakesNew(member) && !drains && !self.IsFailing,
                    Weight = drains && self.Weight is { } weight ? weight : WeightOf(member),
                    MovesAt = self.IsFailing ? DateTimeOffset.MinValue : self.MovesAt,
                    EndsAt = self.EndsAt,
                };
            }
            else if (byUid.GetValueOrDefault(member.Uid) is { } peer)
            {
                yield return Member(member, peer);
            }
        }
    }

    private static SessionMember Member(MemberDirective member, Peer? peer) =>
        new(
            RendezvousHash.Of(member.Uid),
            peer,
            WeightOf(member),
            TakesNew(member),
            member.Drain?.RampDownEndsAt,
            member.Drain?.Deadline
        );

    private static bool TakesNew(MemberDirective member) =>
        member is { Availability: MemberAvailability.Available, Drain: null, Weight: > 0 };

    private static double WeightOf(MemberDirective member) => member.Drain?.Weight ?? member.Weight;
}

/// <summary>This member, as its own session plan sees it.</summary>
/// <param name="Weight">While it drains: the one that it had when that began, where it is known.</param>
/// <param name="MovesAt">As in <see cref="SessionMember"/>.</param>
/// <param name="EndsAt">As in <see cref="SessionMember"/>.</param>
/// <param name="IsFailing">Its application does not work: whoever comes in here is better off elsewhere.</param>
public readonly record struct SessionSelf(
    string Uid,
    int? Weight = null,
    DateTimeOffset? MovesAt = null,
    DateTimeOffset? EndsAt = null,
    bool IsFailing = false
);
