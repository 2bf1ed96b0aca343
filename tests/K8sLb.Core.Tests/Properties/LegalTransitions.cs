namespace K8sLb.Core.Tests.Properties;

/// <summary>
/// What may follow what, written down apart from the planner. A member goes forward, except that a drain whose cause is
/// gone brings it back, that another drain of the sidecar's own begins anew once the one before is past, or was begun by choice, and
/// that a sidecar which starts anew after a drain of its own is as at first.
/// </summary>
internal static class LegalTransitions
{
    private static readonly MemberPhase[] Serving = [MemberPhase.Warming, MemberPhase.Active, MemberPhase.Lost];
    private static readonly MemberPhase[] Ended = [MemberPhase.Drained, MemberPhase.Forced];

    /// <summary>Null where the change is legal, else what is wrong with it.</summary>
    public static string? Objection(MemberRecord? before, MemberRecord after, PodFacts pod, MemberFacts? facts)
    {
        if (before is null || before.Phase is MemberPhase.Pending)
        {
            return after.Phase is MemberPhase.Lost ? "lost before it was in service" : null;
        }
        if (pod.Terminated || before.Phase is MemberPhase.Gone)
        {
            return after.Phase is MemberPhase.Gone ? null : "an ended pod came back";
        }
        if (after.Phase is MemberPhase.Gone || (after.Phase is MemberPhase.Pending && !Restarted(before, facts)))
        {
            return $"back to {after.Phase}";
        }
        return DrainObjection(before, after, pod, facts) ?? PhaseObjection(before, after, pod, facts);
    }

    private static string? PhaseObjection(MemberRecord before, MemberRecord after, PodFacts pod, MemberFacts? facts)
    {
        if (Serving.Contains(after.Phase))
        {
            if (Serving.Contains(before.Phase))
            {
                var cooled = after.WarmingSince is not null && after.WarmingSince != before.WarmingSince;
                return cooled ? "warm before, warming now" : null;
            }
            var causeIsGone = pod is { Ready: true, DeletionRequestedAt: null };
            return causeIsGone && !IsIrrevocable(before, facts)
                ? null
                : "back in service while the cause of its drain lasts";
        }
        if (Serving.Contains(before.Phase) || IsOver(before, facts))
        {
            return null;
        }
        if (Ended.Contains(before.Phase))
        {
            return after.Phase == before.Phase ? null : $"{before.Phase} became {after.Phase}";
        }
        var takesOver =
            before.Drain is { StartedBySidecar: false } chosen
            && chosen.StartedAt != pod.DeletionRequestedAt
            && after.Drain?.Id != chosen.Id;
        return after.Phase >= before.Phase || takesOver ? null : $"{before.Phase} went back to {after.Phase}";
    }

    private static string? DrainObjection(MemberRecord before, MemberRecord after, PodFacts pod, MemberFacts? facts)
    {
        if (before.Drain is not { } old || IsOver(before, facts))
        {
            return null;
        }
        if (after.Drain is not { } drain)
        {
            var heldBack = before.Phase is MemberPhase.RampDown && after.Phase is MemberPhase.RampDown && !pod.Ready;
            return Serving.Contains(after.Phase) || heldBack ? null : "a drain got lost";
        }
        if (drain.Id != old.Id)
        {
            return facts?.Drain?.Id == drain.Id && Irrevocable(facts.Drain.Reason) ? null : "another drain took over";
        }
        return drain.StartedAt != old.StartedAt ? "its start moved"
            : drain.Deadline > old.Deadline ? "its deadline moved out"
            : null;
    }

    private static bool IsIrrevocable(MemberRecord before, MemberFacts? facts) =>
        !IsOver(before, facts)
        && (
            before.Drain is { } drain && Irrevocable(drain.Reason)
            || facts?.Drain is { } told && Irrevocable(told.Reason)
        );

    private static bool IsOver(MemberRecord before, MemberFacts? facts)
    {
        if (before.Drain is not { } drain || facts is null || facts.Drain?.Id == drain.Id)
        {
            return false;
        }
        var another = Ended.Contains(before.Phase) && facts.Drain is { } own && Irrevocable(own.Reason);
        return Restarted(before, facts) || another;
    }

    private static bool Restarted(MemberRecord before, MemberFacts? facts) =>
        before.Drain is { StartedBySidecar: true } own && facts is { Attached: true } && facts.Drain?.Id != own.Id;

    private static bool Irrevocable(DrainReason reason) =>
        reason is DrainReason.PodDeleted or DrainReason.PreStop or DrainReason.Sigterm;
}
