using K8sLb.Core;
using K8sLb.Operator.Hub;

namespace K8sLb.Operator.Pools;

/// <summary>
/// A new leader knows its pods at once but their sidecars only when they have dialled. What it says first must be whole, or
/// members would forget peers that are well; so it waits for every ready one that has a sidecar, but not for ever.
/// </summary>
public static class Settling
{
    /// <param name="awaitsKeys">Those of sessions have not been read yet: without them members would forget the sessions they have.</param>
    /// <returns>How much longer to wait at most; null where the pool may be published.</returns>
    public static TimeSpan? Remaining(
        IReadOnlyList<PodFacts> pods,
        IReadOnlyDictionary<string, MemberState> members,
        bool awaitsKeys,
        DateTimeOffset listeningSince,
        TimeSpan limit,
        DateTimeOffset now
    )
    {
        var rest = listeningSince + limit - now;
        var whole =
            !awaitsKeys && pods.All(p => !p.Ready || !p.HasSidecar || p.Terminated || members.ContainsKey(p.Uid));
        return whole || rest <= TimeSpan.Zero ? null : rest;
    }
}
