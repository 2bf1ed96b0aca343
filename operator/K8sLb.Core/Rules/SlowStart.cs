using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// A member that comes into service, or is admitted again after an ejection, takes a share that grows, but only where a warm member can take the rest: at the
/// start of a whole pool everybody is cold, and slow start would only push work to and fro.
/// </summary>
internal static class SlowStart
{
    public static PoolDraft Apply(PoolDraft pool)
    {
        var duration = pool.Spec.SlowStart.Duration;
        var othersAreWarm = pool.Members.Any(m =>
            m.Next is { Phase: MemberPhase.Active, InServiceSince: { } since }
            && since < pool.Now
            && since.After(duration) <= pool.Now
        );
        return pool.Refine(member =>
        {
            if (
                member.Next is not { Phase: MemberPhase.Active or MemberPhase.Lost, InServiceSince: { } inService } next
            )
            {
                return member;
            }
            // Decided anew as long as the instant lasts, so that the order of its facts makes no difference.
            var start =
                inService != pool.Now ? Readmitted(member, pool) ?? next.WarmingSince
                : othersAreWarm ? pool.Now
                : null;
            return next.Phase is MemberPhase.Lost
                ? member with
                {
                    Next = next with { WarmingSince = UnlessOver(start, next.Since) },
                }
                : Warm(member, UnlessOver(start, pool.Now));
        });

        // What made an ejected member fail may well be work that came too fast.
        static DateTimeOffset? Readmitted(MemberDraft member, PoolDraft pool) =>
            member.Record?.Ejection is { Until: var until } && until <= pool.Now ? until : null;

        DateTimeOffset? UnlessOver(DateTimeOffset? start, DateTimeOffset at) =>
            start?.After(duration) > at ? start : null;

        MemberDraft Warm(MemberDraft member, DateTimeOffset? start)
        {
            var next = member.Next! with { WarmingSince = start };
            if (start is not null)
            {
                var since = member.Before is MemberPhase.Warming ? member.Record!.Since : pool.Now;
                return member with
                {
                    Why = $"{member.Why}; slow start",
                    Next = next with { Phase = MemberPhase.Warming, Since = since },
                };
            }
            // The instant it became warm, not the one at which somebody looked.
            var warmAt = member.Before is MemberPhase.Warming ? member.Record!.WarmingSince?.After(duration) : null;
            return member with { Next = warmAt <= pool.Now ? next with { Since = warmAt.Value } : next };
        }
    }
}
