namespace K8sLb.Core.Planning;

/// <summary>Joins the three lists by UID. Facts and records of pods that are not listed are left out here.</summary>
internal static class Gathering
{
    public static PoolDraft Gather(PoolSnapshot snapshot, DateTimeOffset now)
    {
        var facts = ByUid(snapshot.Members, f => f.Uid);
        var records = ByUid(snapshot.Records, r => r.Uid);
        return new PoolDraft
        {
            Spec = snapshot.Spec,
            Now = now,
            ListeningSince = snapshot.ListeningSince,
            Members =
            [
                .. ByUid(snapshot.Pods, p => p.Uid)
                    .Values.OrderBy(p => p.Name, StringComparer.Ordinal)
                    .ThenBy(p => p.Uid, StringComparer.Ordinal)
                    .Select(pod => new MemberDraft
                    {
                        Pod = pod,
                        Facts = facts.GetValueOrDefault(pod.Uid),
                        Record = records.GetValueOrDefault(pod.Uid),
                    }),
            ],
        };
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
