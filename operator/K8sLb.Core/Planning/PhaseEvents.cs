using System.Globalization;

namespace K8sLb.Core.Planning;

/// <summary>What people are told: the differences between the decision before and this one.</summary>
internal static class PhaseEvents
{
    public static IReadOnlyList<PlannedEvent> Of(PoolSnapshot snapshot, PoolDraft pool)
    {
        var listed = snapshot.Pods.Select(p => p.Uid).ToHashSet(StringComparer.Ordinal);
        var vanished = snapshot
            .Records.Where(r => !listed.Contains(r.Uid))
            .OrderBy(r => r.Name, StringComparer.Ordinal)
            .ThenBy(r => r.Uid, StringComparer.Ordinal)
            .SelectMany(OfVanished);
        return [.. pool.Members.SelectMany(m => OfMember(m, pool.Now)), .. OfRebalancing(snapshot, pool), .. vanished];
    }

    private static IEnumerable<PlannedEvent> OfRebalancing(PoolSnapshot snapshot, PoolDraft pool) =>
        pool.Rebalance?.Round is { } round && round.DecidedAt != snapshot.Rebalance?.Round?.DecidedAt
            ? pool
                .Members.Where(m => round.Moves.ContainsKey(m.Pod.Uid))
                .Select(m => Event(m.Next!, "Rebalancing", m.Why, false))
            : [];

    private static IEnumerable<PlannedEvent> OfMember(MemberDraft member, DateTimeOffset now)
    {
        var (before, next) = (member.Recorded, member.Next!);
        if (next.Phase is MemberPhase.Gone)
        {
            return before is null ? [] : OfVanished(before);
        }
        var past = before?.Drain is not null && (next.Drain is null || Drains.IsOver(member));
        var begun = next.Drain is not null && (before?.Drain is null || past);
        var told = OfDrain(member, next, past, begun);
        return before?.Phase == next.Phase && !begun ? told : told.Concat(OfPhase(member, next, now));
    }

    /// <param name="past">The drain on record does not go on.</param>
    /// <param name="begun">The drain decided now is another one.</param>
    private static IEnumerable<PlannedEvent> OfDrain(MemberDraft member, MemberRecord next, bool past, bool begun)
    {
        var before = member.Recorded;
        var unfinished = before?.Phase is MemberPhase.RampDown or MemberPhase.Draining;
        if (past && unfinished && next.HeldBackSince is null)
        {
            var note = $"{before!.Drain!.Reason}: the drain is over before its end";
            yield return Event(next, "DrainCancelled", note, false);
        }
        if (begun)
        {
            var (release, deadline) = (Time(next.Drain!.RampDownEndsAt), Time(next.Drain.Deadline));
            var note = $"{next.Drain.Reason}: new work goes to peers, release from {release}, deadline {deadline}";
            yield return Event(next, "DrainStarted", note, false);
        }
        if (next.HeldBackSince is not null && before?.HeldBackSince is null)
        {
            yield return Event(next, "DrainHeldBack", member.Why, true);
        }
        if (next.Ejection is { } ejection && before?.Ejection?.At != ejection.At)
        {
            yield return Event(next, "Ejected", $"{ejection.Why}: no new work until {Time(ejection.Until)}", true);
        }
        if (next.CircuitOpenSince is not null && before?.CircuitOpenSince is null)
        {
            yield return Event(next, "CircuitOpened", member.Facts!.CircuitOpen!, true);
        }
        if (next.CircuitOpenSince is null && before?.CircuitOpenSince is not null)
        {
            yield return Event(next, "CircuitClosed", "its application gets work again", false);
        }
    }

    private static IEnumerable<PlannedEvent> OfPhase(MemberDraft member, MemberRecord next, DateTimeOffset now)
    {
        switch (next.Phase)
        {
            case MemberPhase.Warming:
                yield return Event(next, "Warming", $"{member.Why}: its share of new work grows", false);
                break;
            case MemberPhase.Active:
                yield return Event(next, "Active", $"{member.Why}: takes its full share of new work", false);
                break;
            case MemberPhase.Lost:
                yield return Event(next, "Lost", $"{member.Why}: peers send it no work until it does", true);
                break;
            case MemberPhase.Drained:
                yield return Event(next, "Drained", Released(member, next.Drain!, now), false);
                break;
            case MemberPhase.Forced:
                yield return Event(next, "DrainForced", Cut(member, next.Drain!), true);
                break;
        }
    }

    private static string Released(MemberDraft member, DrainRecord drain, DateTimeOffset now) =>
        member.Facts?.Drain is { } report && report.Id == drain.Id
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{drain.Reason}: all connections were released ({report.Initial} at its start) in {(now - drain.StartedAt).TotalSeconds:0.0} s"
            )
            : $"{drain.Reason}: all connections were released";

    private static string Cut(MemberDraft member, DrainRecord drain) =>
        member.Facts?.Drain is { Finished: true } report && report.Id == drain.Id
            ? string.Create(CultureInfo.InvariantCulture, $"{drain.Reason}: {report.Forced} connections were cut")
            : $"{drain.Reason}: the deadline {Time(drain.Deadline)} passed without word of the drain's end";

    private static IEnumerable<PlannedEvent> OfVanished(MemberRecord last)
    {
        if (last.Phase is not (MemberPhase.Pending or MemberPhase.Gone))
        {
            var unfinished = last.Phase is MemberPhase.RampDown or MemberPhase.Draining;
            var note = unfinished ? "the pod ended in the middle of its drain" : "the pod has ended";
            yield return Event(last, "Gone", note, unfinished);
        }
    }

    private static string Time(DateTimeOffset at) => at.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static PlannedEvent Event(MemberRecord member, string reason, string note, bool warning) =>
        new()
        {
            PodUid = member.Uid,
            PodName = member.Name,
            Reason = reason,
            Note = note,
            Warning = warning,
        };
}
