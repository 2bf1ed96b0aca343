using K8sLb.Core.Planning;
using K8sLb.Core.Rules;

namespace K8sLb.Core;

/// <summary>
/// Decides: facts and time in, plan out. Total, deterministic, no I/O and no clock. Gather, run the rules, and say what
/// came out; everything follows from the facts and the recorded times, so calling it more often changes nothing.
/// </summary>
public static class PoolPlanner
{
    public static PoolPlan Plan(PoolSnapshot snapshot, DateTimeOffset now)
    {
        var pool = PlanRules.All.Aggregate(Gathering.Gather(snapshot, now), (draft, rule) => rule(draft));
        return new PoolPlan
        {
            Members =
            [
                .. pool.Members.Select(m => new MemberPlan
                {
                    Record = m.Next!,
                    Weight = m.Available ? m.FullWeight : 0,
                    FullWeight = m.FullWeight,
                    Available = m.Available,
                    Move = pool.Rebalance?.Round?.Moves.GetValueOrDefault(m.Pod.Uid),
                    Why = m.Why,
                }),
            ],
            Summary = Summary(pool),
            Events = PhaseEvents.Of(snapshot, pool),
            Rebalance = pool.Rebalance,
            WakeAt = WakeUp.At(pool),
        };
    }

    private static PoolSummary Summary(PoolDraft pool)
    {
        int Count(Func<MemberDraft, bool> which) => pool.Members.Count(which);
        return new PoolSummary
        {
            Total = Count(m => m.Next!.Phase is not MemberPhase.Gone),
            Available = Count(m => m.Available),
            Draining = Count(m => m.Next!.Phase is MemberPhase.RampDown or MemberPhase.Draining),
            Lost = Count(m => m.Next!.Phase is MemberPhase.Lost),
            Panic = Count(m => m.Available && m.Next!.Phase is MemberPhase.Lost) > 0,
            Floor = pool.Floor,
            HeldBack = pool.HeldBack,
        };
    }
}
