namespace K8sLb.Core;

/// <summary>What the planner decided before and needs again. Stored in memory and rebuilt from the pool's status.</summary>
public sealed record MemberRecord
{
    public required string Uid { get; init; }
    public required string Name { get; init; }
    public required MemberPhase Phase { get; init; }

    /// <summary>When the phase was entered.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When it last began to take work; null before it ever did.</summary>
    public DateTimeOffset? InServiceSince { get; init; }

    /// <summary>Start of the slow start, null where it is warm.</summary>
    public DateTimeOffset? WarmingSince { get; init; }

    /// <summary>Since when a drain by choice waits for capacity, or for the end of a pause.</summary>
    public DateTimeOffset? HeldBackSince { get; init; }

    /// <summary>Since when its circuit is open or half open.</summary>
    public DateTimeOffset? CircuitOpenSince { get; init; }

    /// <summary>The last one, while it counts: it may be over.</summary>
    public EjectionRecord? Ejection { get; init; }

    /// <summary>Where the interval began that outcomes are counted over.</summary>
    public OutcomeWindow? Outcomes { get; init; }

    /// <summary>Null in RampDown means: no new work, but the release of its connections is held back.</summary>
    public DrainRecord? Drain { get; init; }
}

public sealed record DrainRecord
{
    public required string Id { get; init; }
    public required DrainReason Reason { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset RampDownEndsAt { get; init; }
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>
    /// The sidecar began it on its own (preStop, SIGTERM). Nobody cancels it; it is over when the sidecar attaches
    /// without it, which only a restarted process does.
    /// </summary>
    public bool StartedBySidecar { get; init; }
}

/// <summary>Connections are held unevenly; kept until they are not, or until the round that put it right is over.</summary>
/// <param name="Since">When that was first seen among these members.</param>
/// <param name="Connections">That the pool held then, or when the round was decided.</param>
/// <param name="Members">Those whose connections were compared. Where others come or one goes, their clients move by themselves.</param>
/// <param name="Round">Null until it has lasted.</param>
public sealed record RebalanceRecord(
    DateTimeOffset Since,
    double Connections,
    IReadOnlySet<string> Members,
    RebalanceRound? Round = null
);

/// <param name="Moves">By UID, for members that hold more than their share.</param>
public sealed record RebalanceRound(DateTimeOffset DecidedAt, IReadOnlyDictionary<string, RebalanceMove> Moves);

/// <param name="Held">When it was decided.</param>
public sealed record RebalanceMove(int Held, int HoldAtMost, double ReleasesPerSecond);

/// <param name="Times">Ejections that have not been made up for.</param>
/// <param name="FailedBefore">Failures that led to it.</param>
public sealed record EjectionRecord(DateTimeOffset At, DateTimeOffset Until, int Times, long FailedBefore, string Why);

/// <param name="Served">Until then.</param>
/// <param name="Failed">Until then.</param>
public sealed record OutcomeWindow(DateTimeOffset From, long Served, long Failed);

public enum MemberPhase
{
    /// <summary>Not ready yet, or its sidecar has not attached.</summary>
    Pending,

    /// <summary>Takes a share that grows (slow start).</summary>
    Warming,
    Active,

    /// <summary>New work moves to peers; connections are left alone.</summary>
    RampDown,

    /// <summary>Connections are being released.</summary>
    Draining,

    /// <summary>Released: no connection left.</summary>
    Drained,

    /// <summary>The deadline cut what was left.</summary>
    Forced,

    /// <summary>No word from the sidecar.</summary>
    Lost,

    /// <summary>The pod has ended.</summary>
    Gone,
}

public enum DrainReason
{
    PodDeleted,
    ReadinessLost,
    HealthCheckFailed,
    Requested,
    PreStop,
    Sigterm,
}
