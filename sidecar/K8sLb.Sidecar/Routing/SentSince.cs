using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>What went from here to the peers since their figures were reported. Used by one thread at a time.</summary>
internal sealed class SentSince
{
    private IReadOnlyDictionary<string, MemberLoad>? counted;
    private Dictionary<string, int> before = [];

    /// <returns>By UID; what has come back already makes it less, but never less than none.</returns>
    public IReadOnlyDictionary<string, int> Count(
        IReadOnlyList<Peer> peers,
        IReadOnlyDictionary<string, MemberLoad> told
    )
    {
        if (!ReferenceEquals(counted, told))
        {
            counted = told;
            before = peers.ToDictionary(p => p.Uid, p => p.Load.InFlight, StringComparer.Ordinal);
        }
        return peers.ToDictionary(
            p => p.Uid,
            p => Math.Max(0, p.Load.InFlight - before.GetValueOrDefault(p.Uid)),
            StringComparer.Ordinal
        );
    }
}
