using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// Drains that wait for capacity: they begin only while <c>minAvailable</c> members stay available without them. All
/// choices share that one floor; what Kubernetes takes away has been subtracted by the rules before this one.
/// </summary>
internal static class DrainsByChoice
{
    public static PoolDraft Apply(PoolDraft pool)
    {
        var available = pool.Undecided.Count(m => CanTakeWork(m, pool));
        var floor = pool.Floor;
        var held = new List<string>();
        var decided = new Dictionary<string, MemberDraft>(StringComparer.Ordinal);

        // Who has waited longest goes first; name and UID make the choice among equals the same everywhere.
        var candidates = pool
            .Undecided.Where(m => m.DrainRequested || m.Ailment is not null)
            .OrderBy(m => m.Record?.HeldBackSince ?? pool.Now)
            .ThenBy(m => m.Pod.Name, StringComparer.Ordinal)
            .ThenBy(m => m.Pod.Uid, StringComparer.Ordinal);
        foreach (var member in candidates)
        {
            var cost = CanTakeWork(member, pool) ? 1 : 0;
            var begun = Drains.UnderWay(member, pool);
            if (available - cost < floor || (pool.Spec.Paused && begun is null))
            {
                decided[member.Pod.Uid] = HoldBack(member, pool);
                if (available - cost < floor)
                {
                    held.Add(member.Pod.Name);
                }
                continue;
            }
            available -= cost;
            decided[member.Pod.Uid] = Release(member, begun, pool);
        }
        return pool.Decide(m => decided.GetValueOrDefault(m.Pod.Uid)) with
        {
            HeldBack = [.. held.Order(StringComparer.Ordinal)],
        };
    }

    private static bool CanTakeWork(MemberDraft member, PoolDraft pool) =>
        member.Ailment is null && member.FullWeight > 0 && !pool.IsSilent(member);

    private static MemberDraft Release(MemberDraft member, DrainRecord? begun, PoolDraft pool)
    {
        var (reason, why) = member.DrainRequested
            ? (DrainReason.Requested, "a drain was requested")
            : (member.Ailment!.Value.Reason, member.Ailment.Value.Why);
        // A member that was held back has been ramping down since then.
        var rampDownFrom = member.Before is MemberPhase.RampDown ? member.Record!.Since : pool.Now;
        var drain = begun ?? Drains.Begin(member, pool.Spec, reason, pool.Now, rampDownFrom);
        var draft = Drains.Enter(member, drain, reason, pool, why);
        return member.Served ? draft : draft with { Next = draft.Next! with { InServiceSince = pool.Now } };
    }

    /// <summary>
    /// A member that can work stays in service. One that cannot gets no new work, but its connections are left alone: with too
    /// few others they are better off where they are.
    /// </summary>
    private static MemberDraft HoldBack(MemberDraft member, PoolDraft pool)
    {
        var cause = pool.Spec.Paused ? "the pool is paused" : "minAvailable";
        var draft = member.Ailment is { } ailment
            ? member.To(MemberPhase.RampDown, pool.Now, $"{ailment.Why}; release held back by {cause}")
            : Serving.Enter(member, pool, $"a drain was requested; held back by {cause}");
        return draft with { Next = draft.Next! with { HeldBackSince = member.Record?.HeldBackSince ?? pool.Now } };
    }
}
