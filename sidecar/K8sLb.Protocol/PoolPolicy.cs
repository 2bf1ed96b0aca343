namespace K8sLb.Protocol;

public sealed record PoolPolicy
{
    public required IReadOnlyList<PortPolicy> Ports { get; init; }
    public required DrainPolicy Drain { get; init; }
    public required SlowStartPolicy SlowStart { get; init; }

    public BalancingKind Balancing { get; init; }

    /// <summary>Null where connections stay where they are, however uneven that is.</summary>
    public RebalancePolicy? Rebalance { get; init; }

    /// <summary>Null where every request may go to any member.</summary>
    public SessionPolicy? Sessions { get; init; }

    /// <summary>Null where applications are not asked how much work they want.</summary>
    public AgentPolicy? Agent { get; init; }

    /// <summary>Null where requests that failed are not repeated.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>Null where the application gets whatever comes.</summary>
    public CircuitBreakerPolicy? CircuitBreaker { get; init; }

    /// <summary>Null where the application is not checked.</summary>
    public HealthCheckPolicy? HealthCheck { get; init; }

    /// <summary>Null leaves connections alone while nothing drains.</summary>
    public ConnectionPolicy? Connections { get; init; }
}

/// <summary>Which of the members that may take a piece of new work gets it.</summary>
public enum BalancingKind
{
    /// <summary>Each in its turn, by weight.</summary>
    WeightedRoundRobin,

    /// <summary>Of the one whose turn it is and another, the one with less under way for its weight.</summary>
    LeastRequest,

    /// <summary>As <see cref="LeastRequest"/>, by what is under way and how long it takes.</summary>
    PeakEwma,

    /// <summary>The same one for the same client address, as long as it takes work and has not far more than its share.</summary>
    ConsistentHash,
}

/// <summary>weight * max(minimum, (elapsed / duration)^(1 / aggression)); a duration of 0 switches it off.</summary>
public sealed record SlowStartPolicy
{
    public required long DurationMs { get; init; }
    public required int MinimumPercent { get; init; }
    public required double Aggression { get; init; }
}
