using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Sessions;

/// <summary>
/// Where a session belongs: a function of the plan, the session and the time, the same at every member that holds the same
/// snapshot. By weighted rendezvous hashing, so that nothing has to be shared, and what one member loses moves nobody else's.
/// </summary>
public static class SessionPlacement
{
    /// <summary>
    /// The owner, as long as it keeps the session and can be reached; then the one that takes over. Null where nobody can.
    /// </summary>
    /// <param name="isUnderWay">Another request of the session is being served at its owner.</param>
    public static SessionMember? Place(SessionPlan plan, in SessionToken token, bool isUnderWay, DateTimeOffset now)
    {
        var owner = plan.Find(token.Owner);
        return owner is { CanBeReached: true } && (owner.Keeps(now) || (isUnderWay && owner.KeepsUnderWay(now)))
            ? owner
            : Successor(plan, token.Session, token.Owner);
    }

    /// <summary>The one member that a session moves to.</summary>
    /// <param name="owner">Not to this one.</param>
    /// <param name="except">Nor to this one, which has just turned out not to serve.</param>
    public static SessionMember? Successor(SessionPlan plan, ulong session, ulong owner, ulong? except = null) =>
        Highest(plan, session, keepingAt: null, owner, except);

    /// <summary>The member for a client that is known by its address. Null where nobody can take it.</summary>
    /// <param name="except">Not this one, which has just turned out not to serve.</param>
    public static SessionMember? Home(SessionPlan plan, ulong client, DateTimeOffset now, ulong? except = null) =>
        Highest(plan, client, now, except, except);

    /// <param name="keepingAt">Members that are being drained count as well, as long as they keep what they have.</param>
    private static SessionMember? Highest(
        SessionPlan plan,
        ulong key,
        DateTimeOffset? keepingAt,
        ulong? not,
        ulong? nor
    )
    {
        SessionMember? best = null;
        var highest = double.NegativeInfinity;
        foreach (var member in plan.Members)
        {
            var keeps = keepingAt is { } now && member.MovesAt is not null && member.Keeps(now);
            if ((!member.TakesOver && !keeps) || member.Weight <= 0 || member.Id == not || member.Id == nor)
            {
                continue;
            }
            var score = RendezvousHash.Score(member.Id, member.Weight, key);
            // An address has no more to lose than a request: it does not wait for a member that is busy.
            var isPossible = keepingAt is null ? member.CanBeReached : member.Peer is not { IsAvoided: true };
            if (score > highest && isPossible)
            {
                (best, highest) = (member, score);
            }
        }
        return best;
    }
}
