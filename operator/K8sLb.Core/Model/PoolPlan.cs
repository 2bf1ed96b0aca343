namespace K8sLb.Core;

/// <summary>What was decided. <see cref="Members"/> is ordered by pod name, then UID.</summary>
public sealed record PoolPlan
{
    public required IReadOnlyList<MemberPlan> Members { get; init; }
    public required PoolSummary Summary { get; init; }
    public required IReadOnlyList<PlannedEvent> Events { get; init; }

    /// <summary>When time alone changes the plan; null where only new facts do.</summary>
    public DateTimeOffset? WakeAt { get; init; }
}

public sealed record MemberPlan
{
    /// <summary>To be given back in the next <see cref="PoolSnapshot.Records"/>.</summary>
    public required MemberRecord Record { get; init; }

    /// <summary>Full weight for new work; 0 unless Warming or Active.</summary>
    public required int Weight { get; init; }

    /// <summary>May peers send it work?</summary>
    public required bool Available { get; init; }

    /// <summary>One line for people: why it is in this phase.</summary>
    public required string Why { get; init; }
}

/// <summary>Facts for the conditions of the resource.</summary>
public sealed record PoolSummary
{
    public required int Total { get; init; }
    public required int Available { get; init; }
    public required int Draining { get; init; }
    public required int Lost { get; init; }

    /// <summary>Members that <c>minAvailable</c> asks for now.</summary>
    public required int Floor { get; init; }

    /// <summary>Drains by choice that the floor holds back, by pod name.</summary>
    public required IReadOnlyList<string> HeldBack { get; init; }
}

public sealed record PlannedEvent
{
    public required string PodUid { get; init; }
    public required string PodName { get; init; }

    /// <summary>CamelCase, as events.k8s.io wants it: DrainStarted, Drained, DrainForced, DrainCancelled, Warming, Active, Lost.</summary>
    public required string Reason { get; init; }
    public required string Note { get; init; }
    public required bool Warning { get; init; }
}
