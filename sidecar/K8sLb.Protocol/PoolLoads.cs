namespace K8sLb.Protocol;

/// <summary>
/// What the members of a pool reported lately, for each other. Figures and no desired state: without a version, never
/// acknowledged, never kept, and replaced by the next.
/// </summary>
public sealed record PoolLoads
{
    /// <summary>Members that are attached and have reported; the recipient among them.</summary>
    public required IReadOnlyList<MemberLoad> Members { get; init; }
}

public sealed record MemberLoad
{
    public required string Uid { get; init; }

    /// <summary>As in <see cref="MemberReport"/>.</summary>
    public double? ArrivalsPerSecond { get; init; }

    /// <inheritdoc cref="MemberReport.Local"/>
    public int? InFlight { get; init; }

    /// <inheritdoc cref="LocalReport.LatencyMs"/>
    public double? LatencyMs { get; init; }

    /// <inheritdoc cref="HeldReport.Connections"/>
    public int? Held { get; init; }

    /// <summary>What the reports make of the member's weight; null where they change nothing.</summary>
    public double? WeightFactor { get; init; }

    /// <inheritdoc cref="MemberReport.Sessions"/>
    public int? Sessions { get; init; }
}
