namespace K8sLb.Protocol;

public sealed record PoolState
{
    public required string Namespace { get; init; }
    public required string Name { get; init; }
    public required IReadOnlyList<MemberDirective> Members { get; init; }
    public required PoolPolicy Policy { get; init; }

    /// <summary>The preferred first; null where the operator hands out none.</summary>
    public IReadOnlyList<PeerKey>? PeerKeys { get; init; }
}

/// <summary>A member as the others see it, itself included.</summary>
public sealed record MemberDirective
{
    public required string Uid { get; init; }
    public required string Name { get; init; }

    /// <summary>Empty until the member has attached: it can take no work from peers yet.</summary>
    /// <remarks>Source-generated deserialisation sets an absent init-only property to null, whatever its initialiser.</remarks>
    public string PeerAddress
    {
        get;
        init => field = value ?? "";
    } = "";
    public int PeerPort { get; init; }

    /// <summary>It is greeted with a <see cref="PeerOpening"/>; otherwise it knows <see cref="PeerCredential"/> alone.</summary>
    public bool ProvesKey { get; init; }

    /// <summary>Empty where every member of the pool proves a key.</summary>
    public string PeerCredential
    {
        get;
        init => field = value ?? "";
    } = "";

    public required MemberAvailability Availability { get; init; }

    /// <summary>Full weight, before warm-up: 100 unless the pod says otherwise; 0 takes no new work.</summary>
    public required int Weight { get; init; }

    /// <summary>Start of the slow start, null where it is warm.</summary>
    public DateTimeOffset? WarmingSince { get; init; }

    /// <summary>Null where it is not being drained.</summary>
    public MemberDrainTimes? Drain { get; init; }
}

/// <summary>What the others need to know of a member's drain: how long sessions stay with it.</summary>
public sealed record MemberDrainTimes
{
    /// <summary>Until then all of them stay.</summary>
    public required DateTimeOffset RampDownEndsAt { get; init; }

    /// <summary>Until then those stay that have requests under way.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Without the drain, before warm-up.</summary>
    public int Weight { get; init; }
}

public enum MemberAvailability
{
    /// <summary>Must get no work from peers.</summary>
    Unavailable,
    Available,
}
