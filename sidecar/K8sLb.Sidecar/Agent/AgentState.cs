using K8sLb.Protocol;

namespace K8sLb.Sidecar.Agent;

/// <summary>What the application's words add up to. Immutable.</summary>
public sealed record AgentState
{
    public static readonly AgentState Silent = new();

    /// <summary>A figure that trembles must not make a new version of the pool every second.</summary>
    private const int Granularity = 5;

    /// <summary>Of the weight that the member has otherwise.</summary>
    public int WeightPercent { get; init; } = 100;

    /// <summary>Pieces of work at a time; 0 for as many as come.</summary>
    public int MaxInFlight { get; init; }
    public AgentAdmin Admin { get; init; }
    public AgentHealth Health { get; init; }
    public string? Description { get; init; }

    public bool TakesWork => Admin == AgentAdmin.Ready && Health == AgentHealth.Up && WeightPercent > 0;

    /// <summary>What is left out of a reply stays as it was.</summary>
    public AgentState After(in AgentReply reply) =>
        new()
        {
            WeightPercent = reply.WeightPercent ?? WeightPercent,
            MaxInFlight = reply.MaxConnections ?? MaxInFlight,
            Admin = reply.Admin ?? Admin,
            Health = reply.Health ?? Health,
            Description = reply.Description,
        };

    public AgentReport Report() =>
        new()
        {
            WeightPercent = (WeightPercent + Granularity - 1) / Granularity * Granularity,
            Drains = Admin != AgentAdmin.Ready,
            Down = Health == AgentHealth.Down,
            Description = Description,
        };
}
