namespace K8sLb.Protocol;

/// <summary>What a sidecar lets its application get. 0 leaves a bound out.</summary>
public sealed record CircuitBreakerPolicy
{
    /// <summary>Clients' connections whose work the application serves.</summary>
    public int MaxConnections { get; init; }

    /// <summary>Requests, and connections that are placed as a whole.</summary>
    public int MaxInFlight { get; init; }

    /// <summary>Requests that may wait for a place.</summary>
    public int MaxPending { get; init; }
    public long PendingTimeoutMs { get; init; }

    /// <summary>Failures in a row after which the application gets nothing for a while.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>For the first time; each repeat doubles it, up to <see cref="MaxOpenForMs"/>.</summary>
    public long OpenForMs { get; init; }
    public long MaxOpenForMs { get; init; }

    /// <summary>Null where <see cref="MaxInFlight"/> holds as it is.</summary>
    public AdaptiveLimitPolicy? Adaptive { get; init; }
}

/// <summary>The bound of work in flight follows the latency of answers, up to <see cref="CircuitBreakerPolicy.MaxInFlight"/>.</summary>
public sealed record AdaptiveLimitPolicy
{
    public required int MinInFlight { get; init; }

    /// <summary>Times the usual latency that counts as usual.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Part of each step that is taken, above 0 and up to 1.</summary>
    public required double Smoothing { get; init; }

    /// <summary>Pieces of work that may queue in the application; 0 for the square root of the limit.</summary>
    public int QueueAllowance { get; init; }
}
