using K8sLb.Protocol;

namespace K8sLb.Operator.Hub;

/// <summary>What the members of a pool are to hold: one version, the pool's part serialised once for all of them.</summary>
public sealed record PoolPublication(
    long Epoch,
    long Version,
    ReadOnlyMemory<byte> Pool,
    IReadOnlyDictionary<string, SelfDirective> Selves
)
{
    public bool HasSameContent(ReadOnlySpan<byte> pool, IReadOnlyDictionary<string, SelfDirective> selves) =>
        Pool.Span.SequenceEqual(pool)
        && Selves.Count == selves.Count
        && Selves.All(known => selves.TryGetValue(known.Key, out var other) && known.Value == other);
}
