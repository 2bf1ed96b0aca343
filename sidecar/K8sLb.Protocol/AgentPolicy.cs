namespace K8sLb.Protocol;

/// <summary>Where an application says how much work it wants, in HAProxy's agent-check protocol.</summary>
public sealed record AgentPolicy
{
    /// <summary>Of the application.</summary>
    public required int Port { get; init; }

    /// <summary>Sent first, where the agent waits for something.</summary>
    public string Send { get; init; } = "";
    public required long IntervalMs { get; init; }
    public required long TimeoutMs { get; init; }
}
