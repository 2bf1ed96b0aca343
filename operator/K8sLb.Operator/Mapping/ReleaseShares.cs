using K8sLb.Core;

namespace K8sLb.Operator.Mapping;

/// <summary>Shares the pool's rate of releases out over the members that are being drained.</summary>
internal static class ReleaseShares
{
    /// <returns>
    /// Connections a second for this member. One that is not being drained learns what it may do if its own preStop begins a
    /// drain before this operator knows of it.
    /// </returns>
    public static double Of(MemberPlan member, PoolPlan plan, int maxPerSecond)
    {
        var sharing = plan.Members.Count(IsReleasing);
        return (double)maxPerSecond / (IsReleasing(member) ? sharing : sharing + 1);
    }

    private static bool IsReleasing(MemberPlan member) =>
        member.Record is { Drain: not null, Phase: MemberPhase.RampDown or MemberPhase.Draining };
}
