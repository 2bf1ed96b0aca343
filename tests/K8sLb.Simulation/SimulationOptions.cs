using K8sLb.Protocol;

namespace K8sLb.Simulation;

/// <summary>A pool, what its clients do, and how bad its network is. Times in seconds.</summary>
internal sealed record SimulationOptions
{
    public int Seed { get; init; } = 1;
    public int Members { get; init; } = 100;

    /// <summary>Over the whole pool.</summary>
    public double RequestsPerSecond { get; init; }

    /// <summary>A mean; times are heavy-tailed (Pareto, of shape 1.8).</summary>
    public double ServiceTime { get; init; } = 0.05;

    /// <summary>Requests that a member serves at a time before they wait for each other.</summary>
    public int Cores { get; init; } = 8;

    /// <summary>Connections that clients keep open, and open again when they have to.</summary>
    public int Connections { get; init; }

    /// <summary>For what is under way on a connection that is asked to move, at most.</summary>
    public double LongestStream { get; init; } = 5;
    public BalancingKind Balancing { get; init; }
    public bool WeighsByReports { get; init; }
    public int? MaxImbalancePercent { get; init; }
    public int MaxReleasesPerSecond { get; init; } = 50;

    /// <summary>Of a report or of figures on their way, at most.</summary>
    public double LongestDelay { get; init; } = 1;

    /// <summary>Part of the reports that is lost.</summary>
    public double Loss { get; init; }

    /// <summary>Between a change of readiness and the endpoints that clients meet.</summary>
    public double EndpointLag { get; init; } = 2;
}
