namespace K8sLb.Protocol;

/// <summary>
/// Desired state for one member: whole, level-triggered, with absolute times. <see cref="Pool"/> is the same for every
/// member of the pool and is serialised once.
/// </summary>
public sealed record MemberSnapshot
{
    public required long Epoch { get; init; }
    public required long Version { get; init; }
    public required string Nonce { get; init; }

    /// <summary>The operator's clock when this was sent; the difference to the sidecar's clock shifts the times below.</summary>
    public required DateTimeOffset SentAt { get; init; }

    public required SelfDirective Self { get; init; }
    public required PoolState Pool { get; init; }
}

public sealed record SelfDirective
{
    public required string Uid { get; init; }

    /// <summary>Null where the member takes work. Going back to null cancels the operator's drain.</summary>
    public DrainDirective? Drain { get; init; }

    /// <summary>
    /// This member's part of <see cref="DrainPolicy.MaxReleasesPerSecond"/>, or what it would be if it began to drain now;
    /// null where the operator does not share it out.
    /// </summary>
    public double? ReleasesPerSecond { get; init; }

    /// <summary>Null where the member may keep the connections that it has.</summary>
    public RebalanceDirective? Rebalance { get; init; }

    /// <summary>
    /// True where every other container of the pod has ended and none will be started again: the sidecar ends too, with exit code 0,
    /// else the pod of a Job would never be complete. Null, from operators before, is false.
    /// </summary>
    public bool? WorkDone { get; init; }
}

public sealed record DrainDirective
{
    public required string Id { get; init; }
    public required DrainReason Reason { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Until then new work moves to peers gradually; connections are released from then on.</summary>
    public required DateTimeOffset RampDownEndsAt { get; init; }
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Every peer that is attached has put a version into force in which this member takes no work.</summary>
    public bool PeersKnow { get; init; }
}
