using System.Globalization;
using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// A member in service that fails far more often than it may, or answers far more slowly than the others, by its own word or its
/// peers', gets no new work for a while. Its connections stay: unlike a failed health check this is a guess. The time grows with each
/// repeat; never too many are ejected, because what all of them share is no member's fault.
/// </summary>
internal static class Outliers
{
    private const int MostDoublings = 5;

    public static PoolDraft Apply(PoolDraft pool)
    {
        if (pool.Spec.Outliers is not { } spec)
        {
            return pool;
        }
        var inService = pool.Members.Where(IsInService).ToList();
        var median = Median(inService);
        var peersSay = PeerTestimony.Gather(inService, spec, pool.Now);
        var serving = inService.Count(m => !IsEjected(m, pool.Now));
        var ejected = inService.Count - serving;
        var most = Math.Max(1, inService.Count * spec.MaxEjectionPercent / 100);
        var floor = inService.Count * spec.PanicPercent / 100.0;
        var decided = new Dictionary<string, MemberDraft>(StringComparer.Ordinal);
        foreach (var member in inService)
        {
            var (next, finding) = Judge(member, spec, median, peersSay.GetValueOrDefault(member.Pod.Uid), pool.Now);
            if (finding is not null && ejected < most && serving - 1 >= Math.Max(1, floor))
            {
                next = Eject(next, spec, finding, pool.Now);
                (ejected, serving) = (ejected + 1, serving - 1);
            }
            decided[member.Pod.Uid] = next;
        }
        return pool.Refine(m => decided.GetValueOrDefault(m.Pod.Uid) ?? m);
    }

    public static bool IsInService(MemberDraft member) =>
        member.Next?.Phase is MemberPhase.Active or MemberPhase.Warming && member.FullWeight > 0;

    private static bool IsEjected(MemberDraft member, DateTimeOffset now) => member.Record?.Ejection?.Until > now;

    /// <summary>Carries what is known on, and says what speaks against the member; nothing while it is ejected already.</summary>
    private static (MemberDraft Next, string? Finding) Judge(
        MemberDraft member,
        OutlierSpec spec,
        double? median,
        string? peersSay,
        DateTimeOffset now
    )
    {
        var (outcomes, before) = (member.Facts?.Outcomes, member.Record?.Ejection);
        if (IsEjected(member, now))
        {
            var why = $"{member.Why}; ejected until {Time(before!.Until)}: {before.Why}";
            return (With(member, before, null) with { Why = why }, null);
        }
        if (outcomes is null)
        {
            return (With(member, before, null), peersSay);
        }
        // A sidecar that was restarted counts from nothing again.
        var window = member.Record?.Outcomes is { } held && held.Served <= outcomes.Served ? held : null;
        var isOver = window is null || window.From.After(spec.Interval) <= now;
        var finding =
            Streak(outcomes, before, spec)
            ?? (isOver && window is not null ? OverInterval(outcomes, window, median, spec) : null)
            ?? peersSay;
        var next = isOver ? new OutcomeWindow(now, outcomes.Served, outcomes.Failed) : window;
        var wasWell = isOver && window is not null && finding is null;
        return (With(member, wasWell ? Forgive(before, outcomes, spec) : before, next), finding);
    }

    /// <summary>Failures from before an ejection do not count again when it ends.</summary>
    private static string? Streak(OutcomeFacts outcomes, EjectionRecord? before, OutlierSpec spec) =>
        outcomes.Failed > (before?.FailedBefore ?? -1) ? OutlierMeasures.Streak(outcomes.FailuresInARow, spec) : null;

    private static string? OverInterval(
        OutcomeFacts outcomes,
        OutcomeWindow window,
        double? median,
        OutlierSpec spec
    ) =>
        OutlierMeasures.Ratio(outcomes.Served - window.Served, outcomes.Failed - window.Failed, spec)
        ?? OutlierMeasures.Latency(outcomes.LatencyMs, median, spec);

    private static MemberDraft Eject(MemberDraft member, OutlierSpec spec, string finding, DateTimeOffset now)
    {
        var times = (member.Next!.Ejection?.Times ?? 0) + 1;
        var until = now.After(spec.BaseEjectionTime * Math.Pow(2, Math.Min(times - 1, MostDoublings)));
        var ejection = new EjectionRecord(now, until, times, member.Facts?.Outcomes?.Failed ?? 0, finding);
        return member with
        {
            Why = $"{member.Why}; ejected until {Time(until)}: {finding}",
            // What it does while it gets no work says nothing: its next interval begins when it is back.
            Next = member.Next with
            {
                Ejection = ejection,
                Outcomes = null,
            },
        };
    }

    /// <summary>
    /// Each interval without a finding makes up for one ejection. It is kept as long as the failures that led to it stand in a row:
    /// they must not count again.
    /// </summary>
    private static EjectionRecord? Forgive(EjectionRecord? before, OutcomeFacts outcomes, OutlierSpec spec) =>
        before is { Times: > 0 } ? before with { Times = before.Times - 1 }
        : outcomes.FailuresInARow < spec.ConsecutiveErrors ? null
        : before;

    private static MemberDraft With(MemberDraft member, EjectionRecord? ejection, OutcomeWindow? window) =>
        member with
        {
            Next = member.Next! with { Ejection = ejection, Outcomes = window },
        };

    private static double? Median(List<MemberDraft> members)
    {
        var latencies = members.Select(m => m.Facts?.Outcomes?.LatencyMs).OfType<double>().Order().ToList();
        // Of fewer than three nobody can say which of them is the odd one.
        return latencies.Count < 3 ? null : latencies[latencies.Count / 2];
    }

    private static string Time(DateTimeOffset at) => at.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
