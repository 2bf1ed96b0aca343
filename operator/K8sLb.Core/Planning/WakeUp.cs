namespace K8sLb.Core.Planning;

/// <summary>The next instant at which time alone changes the plan.</summary>
internal static class WakeUp
{
    public static DateTimeOffset? At(PoolDraft pool)
    {
        DateTimeOffset? earliest = null;
        foreach (var at in pool.Members.SelectMany(m => Instants(m, pool)).Concat(OfPool(pool)))
        {
            if (at > pool.Now && (earliest is null || at < earliest))
            {
                earliest = at;
            }
        }
        return earliest;
    }

    private static IEnumerable<DateTimeOffset> OfPool(PoolDraft pool)
    {
        if (pool.Rebalance is { } rebalance)
        {
            yield return rebalance.Round is { } round
                ? round.DecidedAt.After(PlanLimits.RebalanceRound)
                : rebalance.Since.After(PlanLimits.RebalanceAfter);
        }
    }

    private static IEnumerable<DateTimeOffset> Instants(MemberDraft member, PoolDraft pool)
    {
        var next = member.Next!;
        if (next.Phase is MemberPhase.Warming)
        {
            yield return next.WarmingSince!.Value.After(pool.Spec.SlowStart.Duration);
        }
        if (next.Phase is MemberPhase.Warming or MemberPhase.Active && pool.LostAt(member) is { } lost)
        {
            yield return lost;
        }
        if (next.Ejection is { } ejection)
        {
            yield return ejection.Until;
        }
        if (next.Outcomes is { } outcomes && pool.Spec.Outliers is { } outliers)
        {
            yield return outcomes.From.After(outliers.Interval);
        }
        if (next is { Phase: MemberPhase.RampDown, Drain: { } ramping })
        {
            yield return ramping.RampDownEndsAt;
        }
        if (next is { Phase: MemberPhase.RampDown or MemberPhase.Draining, Drain: { } drain })
        {
            yield return drain.Deadline.After(PlanLimits.ReportGrace);
        }
    }
}
