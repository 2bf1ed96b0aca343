namespace K8sLb.Protocol;

/// <summary>When a request that failed is sent again, on ports with mode Proxy.</summary>
public sealed record RetryPolicy
{
    /// <summary>Beyond the first try.</summary>
    public required int Attempts { get; init; }
    public required long BackoffBaseMs { get; init; }
    public required long BackoffMaxMs { get; init; }

    /// <summary>For the head of an answer to come; 0 waits for ever.</summary>
    public long PerTryTimeoutMs { get; init; }

    /// <summary>Retries that the pool's member may make for each hundred requests.</summary>
    public required int BudgetPercent { get; init; }

    /// <summary>Retries that it may make in any case.</summary>
    public required int BudgetMinPerSecond { get; init; }
}
