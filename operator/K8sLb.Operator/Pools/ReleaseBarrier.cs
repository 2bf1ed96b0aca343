using K8sLb.Core;
using K8sLb.Operator.Hub;

namespace K8sLb.Operator.Pools;

/// <summary>
/// Remembers which version first told the pool that a member takes no work, to say which of its peers have not put that
/// into force: they may still hand work to it.
/// </summary>
internal sealed class ReleaseBarrier
{
    private readonly Dictionary<string, long> toldIn = [];

    /// <summary>This plan was published as that version.</summary>
    public void Published(PoolPlan plan, long version)
    {
        foreach (var member in plan.Members)
        {
            if (member.Available)
            {
                toldIn.Remove(member.Record.Uid);
            }
            else
            {
                toldIn.TryAdd(member.Record.Uid, version);
            }
        }
        var present = plan.Members.Select(m => m.Record.Uid).ToHashSet(StringComparer.Ordinal);
        foreach (var uid in toldIn.Keys.Where(uid => !present.Contains(uid)).ToArray())
        {
            toldIn.Remove(uid);
        }
    }

    /// <returns>
    /// By UID of each member that is being drained, the names of attached peers that do not know yet; all of them where
    /// nothing was published.
    /// </returns>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Unaware(
        PoolPlan plan,
        IReadOnlyDictionary<string, MemberState> members
    ) =>
        plan
            .Members.Where(m => m.Record.Drain is not null)
            .ToDictionary(m => m.Record.Uid, m => Unaware(m.Record.Uid, members.Values), StringComparer.Ordinal);

    private IReadOnlyList<string> Unaware(string uid, IEnumerable<MemberState> members) =>
        [
            .. members
                .Where(peer => peer.Attached && peer.Hello.PodUid != uid)
                .Where(peer => !toldIn.TryGetValue(uid, out var version) || !(peer.AcknowledgedVersion >= version))
                .Select(peer => peer.Hello.PodName)
                .Order(StringComparer.Ordinal),
        ];
}
