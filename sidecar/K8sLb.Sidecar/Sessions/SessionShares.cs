using K8sLb.Protocol;

namespace K8sLb.Sidecar.Sessions;

/// <summary>
/// How many of its sessions a member has to hand over: a pure function of what every member has. Those with far more than their
/// share of all sessions give away what is above it, to those that have less than theirs.
/// </summary>
public static class SessionShares
{
    /// <summary>Fewer than that above its share is chance.</summary>
    private const int Few = 2;

    /// <param name="members">Those that take sessions; with this one among them.</param>
    /// <returns>Null where this member has nothing to hand over.</returns>
    public static SessionExcess? Of(IReadOnlyList<MemberSessions> members, ulong self, RebalancePolicy policy)
    {
        var weights = members.Sum(m => m.Weight);
        var all = members.Sum(m => (double)m.Sessions);
        if (weights <= 0)
        {
            return null;
        }
        double Above(MemberSessions m) => m.Sessions - (all * m.Weight / weights);
        bool IsOverloaded(MemberSessions m) =>
            Above(m) >= Few && Above(m) > (m.Sessions - Above(m)) * policy.MaxImbalancePercent / 100;

        var mine = members.FirstOrDefault(m => m.Id == self);
        SessionTaker[] takers = [.. members.Where(m => Above(m) < 0).Select(m => new SessionTaker(m.Id, -Above(m)))];
        return IsOverloaded(mine) && takers.Length > 0
            ? new((int)Above(mine), (double)policy.MaxReleasesPerSecond / members.Count(IsOverloaded), takers)
            : null;
    }
}

/// <param name="Sessions">Live ones.</param>
public readonly record struct MemberSessions(ulong Id, double Weight, int Sessions);

/// <param name="PerSecond">This member's part of what the pool may move in a second.</param>
/// <param name="Takers">At least one.</param>
public sealed record SessionExcess(int Count, double PerSecond, IReadOnlyList<SessionTaker> Takers);

/// <param name="Lack">What it has less than its share.</param>
public readonly record struct SessionTaker(ulong Id, double Lack);
