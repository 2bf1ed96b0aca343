using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// What members that pass work on to another one say against it, by the measures that hold for its own word. One alone may have a
/// broken network itself: it takes two of them wherever there are two, and who finds fault with most of the others is not heard.
/// </summary>
internal static class PeerTestimony
{
    private const int Enough = 2;

    /// <returns>By UID of the accused, what is said against it by enough of the others.</returns>
    public static IReadOnlyDictionary<string, string> Gather(
        IReadOnlyList<MemberDraft> inService,
        OutlierSpec spec,
        DateTimeOffset now
    )
    {
        var members = inService.DistinctBy(m => m.Pod.Uid).ToDictionary(m => m.Pod.Uid, StringComparer.Ordinal);
        var attached = members.Values.Where(m => m.Facts is { Attached: true }).ToList();
        return attached
            .SelectMany(witness => Accusations(witness, members, spec, now))
            .GroupBy(a => a.Accused, StringComparer.Ordinal)
            .Where(against => against.Count() >= Math.Min(Enough, attached.Count(m => m.Pod.Uid != against.Key)))
            .ToDictionary(
                against => against.Key,
                against =>
                    $"as its peers see it, {string.Join("; ", against.Select(a => $"{a.Witness}: {a.Finding}"))}",
                StringComparer.Ordinal
            );
    }

    private static List<(string Accused, string Witness, string Finding)> Accusations(
        MemberDraft witness,
        Dictionary<string, MemberDraft> members,
        OutlierSpec spec,
        DateTimeOffset now
    )
    {
        var accusations = new List<(string, string, string)>();
        foreach (var peer in witness.Facts!.Peers.DistinctBy(p => p.Uid))
        {
            if (
                peer.Uid != witness.Pod.Uid
                && members.TryGetValue(peer.Uid, out var accused)
                && peer.LastOutcome > Since(accused, spec, now)
                && Finding(peer, spec) is { } finding
            )
            {
                accusations.Add((peer.Uid, witness.Pod.Name, finding));
            }
        }
        var others = members.Count - 1;
        return others > 1 && accusations.Count * 2 > others ? [] : accusations;
    }

    /// <summary>What was seen before it came back has been dealt with.</summary>
    private static DateTimeOffset Since(MemberDraft accused, OutlierSpec spec, DateTimeOffset now) =>
        Instants.Later(now.After(-spec.Interval), accused.Record?.Ejection?.Until ?? DateTimeOffset.MinValue);

    private static string? Finding(PeerFacts peer, OutlierSpec spec) =>
        OutlierMeasures.Streak(peer.FailuresInARow, spec)
        ?? OutlierMeasures.Ratio(peer.Served, peer.Failed, spec)
        ?? OutlierMeasures.Latency(peer.LatencyMs, peer.UsualLatencyMs, spec);
}
