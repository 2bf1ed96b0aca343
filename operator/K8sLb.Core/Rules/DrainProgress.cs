using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// How far a drain is: by its own times, and by what the sidecar says of it; never backwards. One of the sidecar's own that takes
/// the place of a drain by choice begins anew: whether that could have been taken back first, or the pod is deleted first, makes
/// no difference.
/// </summary>
internal static class DrainProgress
{
    public static PoolDraft Apply(PoolDraft pool) =>
        pool.Refine(member => member.Next?.Drain is { } drain ? Progress(member, drain, pool) : member);

    private static MemberDraft Progress(MemberDraft member, DrainRecord drain, PoolDraft pool)
    {
        var continues =
            member.Record?.Drain is { } before
            && (before.Id == drain.Id || before.StartedBySidecar || Drains.IsOfDeletion(before, member.Pod))
            && !Drains.IsOver(member);
        var report = member.Facts?.Drain is { } word && word.Id == drain.Id ? word : null;
        var cut = drain.Deadline.After(PlanLimits.ReportGrace);
        if (continues && member.Before is MemberPhase.Drained or MemberPhase.Forced)
        {
            return To(member.Before.Value, pool.Now);
        }
        if (report is { Finished: true })
        {
            return To(report.Forced > 0 ? MemberPhase.Forced : MemberPhase.Drained, pool.Now);
        }
        if (cut <= pool.Now)
        {
            return To(MemberPhase.Forced, Due(cut));
        }
        return (continues && member.Before is MemberPhase.Draining) || drain.RampDownEndsAt <= pool.Now
            ? To(MemberPhase.Draining, Due(drain.RampDownEndsAt))
            : member;

        // The instant it fell due, not the one at which somebody looked.
        DateTimeOffset Due(DateTimeOffset at) => continues ? Instants.Later(at, member.Record!.Since) : pool.Now;

        MemberDraft To(MemberPhase phase, DateTimeOffset at)
        {
            var since = member.Before == phase && continues ? member.Record!.Since : at;
            return member with { Next = member.Next! with { Phase = phase, Since = since } };
        }
    }
}
