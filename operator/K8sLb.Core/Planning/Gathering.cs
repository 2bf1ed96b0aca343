namespace K8sLb.Core.Planning;

/// <summary>Joins the three lists by UID. Facts and records of pods that are not listed are left out here.</summary>
internal static class Gathering
{
    public static PoolDraft Gather(PoolSnapshot snapshot, DateTimeOffset now)
    {
        var facts = ByUid(snapshot.Members, f => f.Uid);
        var records = ByUid(snapshot.Records, r => r.Uid);
        var pool = new PoolDraft
        {
            Spec = snapshot.Spec,
            Now = now,
            ListeningSince = snapshot.ListeningSince,
            Rebalance = snapshot.Rebalance,
            Members = [],
        };
        return pool with
        {
            Members =
            [
                .. ByUid(snapshot.Pods, p => p.Uid)
                    .Values.OrderBy(p => p.Name, StringComparer.Ordinal)
                    .ThenBy(p => p.Uid, StringComparer.Ordinal)
                    .Select(pod =>
                        Join(pod, facts.GetValueOrDefault(pod.Uid), records.GetValueOrDefault(pod.Uid), pool)
                    ),
            ],
        };
    }

    private static MemberDraft Join(PodFacts pod, MemberFacts? facts, MemberRecord? record, PoolDraft pool)
    {
        var member = new MemberDraft
        {
            Pod = pod,
            Facts = facts,
            Recorded = record,
            Record = record,
        };
        // Only a sidecar that speaks brings a pending member into service, so a silent one is merely coming back.
        var enteredNow = record?.InServiceSince == pool.Now && facts is not null && !pool.IsSilent(member);
        return enteredNow || Drains.HasRestarted(record, facts)
            ? member with
            {
                Record = record! with { Phase = MemberPhase.Pending, InServiceSince = null, Drain = null },
            }
            : member;
    }

    /// <summary>A UID that comes twice breaks the contract; the last one counts, because the planner must not throw.</summary>
    private static Dictionary<string, T> ByUid<T>(IReadOnlyList<T> items, Func<T, string> uid)
    {
        var map = new Dictionary<string, T>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            map[uid(item)] = item;
        }
        return map;
    }
}
