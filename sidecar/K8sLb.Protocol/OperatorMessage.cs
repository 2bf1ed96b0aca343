namespace K8sLb.Protocol;

/// <summary>One line from the operator to a sidecar. Exactly one member is set.</summary>
public sealed record OperatorMessage
{
    public Welcome? Welcome { get; init; }
    public MemberSnapshot? Snapshot { get; init; }
    public PoolLoads? Loads { get; init; }
    public Refusal? Refusal { get; init; }
}

/// <summary>Answer to <see cref="Hello"/>.</summary>
public sealed record Welcome
{
    public required int ProtocolVersion { get; init; }
    public required string OperatorVersion { get; init; }
    public required long Epoch { get; init; }

    /// <summary>The stream goes on behind its token's end if a newer one is sent in time.</summary>
    public bool TakesTokens { get; init; }
}

/// <summary>The stream is not served; the sidecar redials after <see cref="RetryAfterMs"/> with jitter.</summary>
public sealed record Refusal
{
    public required string Reason { get; init; }
    public int RetryAfterMs { get; init; }

    /// <summary>
    /// Where the replica that leads is reached, as https://IP:PORT, where the refusing one does not and knows who does. Worth one try.
    /// </summary>
    public string? Leader { get; init; }
}
