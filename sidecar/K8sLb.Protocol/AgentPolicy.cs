namespace K8sLb.Protocol;

/// <summary>Where an application says how much work it wants, in HAProxy's agent-check protocol.</summary>
public sealed record AgentPolicy
{
    /// <summary>Of the application.</summary>
    public required int Port { get; init; }

    /// <summary>Where its words are the content of the answer to a GET; null where they come on a bare TCP connection.</summary>
    public string? HttpPath { get; init; }

    /// <summary>Sent first on a bare connection, where the agent waits for something.</summary>
    public string Send { get; init; } = "";
    public required long IntervalMs { get; init; }
    public required long TimeoutMs { get; init; }
}
