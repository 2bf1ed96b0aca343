using K8sLb.Protocol;

namespace K8sLb.Sidecar.Snapshots;

/// <summary>
/// The keys by which members of the pool know each other: those of the snapshot in force, however old it is, and those of snapshots
/// before it until they end, since peers may not have the newest snapshot yet. Immutable, swapped by reference.
/// </summary>
public sealed class PeerKeyRing(TimeProvider clock)
{
    /// <summary>More than an operator hands out and a new leader adds; an opening has room for them.</summary>
    private const int MostOffered = 8;

    private Held held = new([], [], TakesPlain: true);

    /// <summary>Members that cannot prove a key are let in by their credential: the operator says that there are such, or has no keys.</summary>
    public bool TakesPlain => Volatile.Read(ref held).TakesPlain;

    /// <summary>Those to offer a peer, the preferred first.</summary>
    public IReadOnlyList<PeerKey> Offered
    {
        get
        {
            var (now, all) = (clock.GetUtcNow(), Volatile.Read(ref held));
            return [.. all.Current.Concat(all.Retired.Where(k => now < k.GoodUntil)).Take(MostOffered)];
        }
    }

    /// <summary>Null where it is unknown, or has ended.</summary>
    public PeerKey? Find(string id) => Offered.FirstOrDefault(k => k.Id == id);

    /// <param name="pool">Of the snapshot that comes into force. Called by the intake alone.</param>
    internal void Follow(PoolState pool)
    {
        var (now, before) = (clock.GetUtcNow(), held);
        IReadOnlyList<PeerKey> current = pool.PeerKeys ?? [];
        var known = current.Select(k => k.Id).ToHashSet(StringComparer.Ordinal);
        PeerKey[] retired =
        [
            .. before
                .Current.Concat(before.Retired)
                .Where(k => !known.Contains(k.Id) && now < k.GoodUntil)
                .OrderByDescending(k => k.GoodUntil)
                .Take(MostOffered),
        ];
        var takesPlain = current.Count == 0 || pool.Members.Any(m => m.PeerAddress.Length > 0 && !m.ProvesKey);
        Volatile.Write(ref held, new(current, retired, takesPlain));
    }

    private sealed record Held(IReadOnlyList<PeerKey> Current, IReadOnlyList<PeerKey> Retired, bool TakesPlain);
}
