namespace K8sLb.Core;

/// <summary>
/// What was decided. <see cref="Members"/> is ordered by pod name, then UID; a pod that is not listed any more has no
/// member, only its last event.
/// </summary>
public sealed record PoolPlan
{
    public required IReadOnlyList<MemberPlan> Members { get; init; }
    public required PoolSummary Summary { get; init; }
    public required IReadOnlyList<PlannedEvent> Events { get; init; }

    /// <summary>To be given back in the next <see cref="PoolSnapshot.Rebalance"/>; null while connections are held evenly.</summary>
    public RebalanceRecord? Rebalance { get; init; }

    /// <summary>When time alone changes the plan; null where only new facts do.</summary>
    public DateTimeOffset? WakeAt { get; init; }
}

public sealed record MemberPlan
{
    /// <summary>To be given back in the next <see cref="PoolSnapshot.Records"/>.</summary>
    public required MemberRecord Record { get; init; }

    /// <summary>Full weight for new work, before warm-up; 0 where it must get none.</summary>
    public required int Weight { get; init; }

    /// <summary>Null where it may keep the connections that it has.</summary>
    public RebalanceMove? Move { get; init; }

    /// <summary>The same whether it may get work or not.</summary>
    public required int FullWeight { get; init; }

    /// <summary>May peers send it work?</summary>
    public required bool Available { get; init; }

    /// <summary>One line for people: why it is in this phase.</summary>
    public required string Why { get; init; }
}

/// <summary>Facts for the conditions of the resource.</summary>
public sealed record PoolSummary
{
    /// <summary>Members whose pod has not ended.</summary>
    public required int Total { get; init; }

    /// <summary>Members that peers may send work to.</summary>
    public required int Available { get; init; }

    /// <summary>Members in RampDown or Draining.</summary>
    public required int Draining { get; init; }
    public required int Lost { get; init; }

    /// <summary>Nobody else is left, so lost members are offered all the same: better a guess than an empty pool.</summary>
    public required bool Panic { get; init; }

    /// <summary>
    /// Members that <c>minAvailable</c> asks for now. A percentage is taken of the pods that are not being deleted,
    /// pending ones included: their controller replaces deleted pods at once, so this is close to the replicas wanted.
    /// </summary>
    public required int Floor { get; init; }

    /// <summary>Drains by choice that the floor holds back, by pod name.</summary>
    public required IReadOnlyList<string> HeldBack { get; init; }
}

public sealed record PlannedEvent
{
    public required string PodUid { get; init; }
    public required string PodName { get; init; }

    /// <summary>CamelCase, as events.k8s.io wants it: DrainStarted, Drained, DrainForced, DrainCancelled,
    /// DrainHeldBack, Rebalancing, Ejected, Warming, Active, Lost, Gone.</summary>
    public required string Reason { get; init; }
    public required string Note { get; init; }
    public required bool Warning { get; init; }
}
