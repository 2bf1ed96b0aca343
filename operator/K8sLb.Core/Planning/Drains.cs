using System.Globalization;

namespace K8sLb.Core.Planning;

/// <summary>
/// Which drain a member is in. A drain keeps the id and the times it began with, whatever becomes of its reason or of the
/// spec; only the end of the pod's grace period cuts it short.
/// </summary>
internal static class Drains
{
    /// <summary>
    /// The drain under way, in the order of trust: the sidecar's word on an irrevocable drain (it carries it out and
    /// nobody can stop it), then the last decision. Null where there is none.
    /// </summary>
    public static DrainRecord? UnderWay(MemberDraft member, PoolDraft pool)
    {
        var decided = IsOver(member) ? null : member.Record?.Drain;
        var reported = member.Facts?.Drain;
        if (reported is not null && reported.Reason.IsIrrevocable())
        {
            var drain = decided?.Id == reported.Id ? decided : Adopt(reported, pool.Spec);
            return drain with
            {
                Reason = reported.Reason,
                StartedBySidecar = drain.StartedBySidecar || reported.Reason is not DrainReason.PodDeleted,
            };
        }
        if (decided is not null)
        {
            return decided;
        }
        // The operator before this one decided it and nothing was recorded: going on with it keeps its deadline, which a
        // new drain would push out. With a decision on record the report is merely stale.
        return reported is not null && !member.Served ? Adopt(reported, pool.Spec) : null;
    }

    /// <summary>Is the recorded drain past? One that has ended is, once the sidecar begins another on its own.</summary>
    public static bool IsOver(MemberDraft member) =>
        HasRestarted(member.Recorded, member.Facts)
        || (
            member
                is {
                    Recorded: { Drain: { } drain, Phase: MemberPhase.Drained or MemberPhase.Forced },
                    Facts.Drain: { } other
                }
            && other.Id != drain.Id
            && other.Reason.IsIrrevocable()
        );

    /// <summary>A drain of the sidecar's own ends with its process: the next one attaches and knows nothing of it.</summary>
    public static bool HasRestarted(MemberRecord? recorded, MemberFacts? facts) =>
        recorded?.Drain is { StartedBySidecar: true } drain
        && facts is { Attached: true }
        && facts.Drain?.Id != drain.Id;

    /// <summary>Did it begin with the pod's deletion? One that did not was a choice, even if the pod has been deleted since.</summary>
    public static bool IsOfDeletion(DrainRecord drain, PodFacts pod) => drain.StartedAt == pod.DeletionRequestedAt;

    public static DrainRecord Begin(
        MemberDraft member,
        PoolSpec spec,
        DrainReason reason,
        DateTimeOffset startedAt,
        DateTimeOffset rampDownFrom
    ) =>
        new()
        {
            // Made of facts, so that a second operator comes to the same id.
            Id = string.Create(CultureInfo.InvariantCulture, $"{member.Pod.Uid}-{startedAt.ToUnixTimeMilliseconds()}"),
            Reason = reason,
            StartedAt = startedAt,
            RampDownEndsAt = Instants.Later(startedAt, rampDownFrom.After(spec.Drain.RampDown)),
            Deadline = startedAt.After(spec.Drain.Deadline),
        };

    /// <summary>Puts the member into the drain; <see cref="Rules.DrainProgress"/> says how far it is.</summary>
    public static MemberDraft Enter(
        MemberDraft member,
        DrainRecord drain,
        DrainReason reason,
        PoolDraft pool,
        string why
    )
    {
        // Not a moment that is past: the sidecar's account would be overdue as soon as the grace period becomes known.
        var end = member.Pod.KilledAt is { } killed
            ? Instants.Later(drain.StartedAt, Instants.Later(pool.Now, killed.After(-PlanLimits.KillMargin)))
            : DateTimeOffset.MaxValue;
        var deadline = Instants.Earlier(drain.Deadline, end);
        var draft = member.To(MemberPhase.RampDown, pool.Now, why);
        return draft with
        {
            Next = draft.Next! with
            {
                Drain = drain with
                {
                    Reason = reason,
                    Deadline = deadline,
                    RampDownEndsAt = Instants.Earlier(drain.RampDownEndsAt, deadline),
                },
            },
        };
    }

    private static DrainRecord Adopt(DrainFacts word, PoolSpec spec) =>
        new()
        {
            Id = word.Id,
            Reason = word.Reason,
            StartedAt = word.StartedAt,
            RampDownEndsAt = word.StartedAt.After(spec.Drain.RampDown),
            Deadline = word.Deadline,
        };
}
