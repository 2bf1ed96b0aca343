namespace K8sLb.Protocol;

/// <summary>What the members of a pool prove to each other that they know; it never crosses a connection between them.</summary>
public sealed record PeerKey
{
    /// <summary>Names it where the two sides look for one that both have.</summary>
    public required string Id { get; init; }

    /// <summary>For HMAC-SHA256.</summary>
    public required ReadOnlyMemory<byte> Secret { get; init; }

    /// <summary>
    /// For how long it counts after a snapshot without it has come. As long as no newer snapshot comes, it counts: an operator that is
    /// away must not part members that are well.
    /// </summary>
    public required DateTimeOffset GoodUntil { get; init; }
}
