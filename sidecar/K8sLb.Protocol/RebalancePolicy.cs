namespace K8sLb.Protocol;

/// <summary>How evenly connections that are placed as a whole are to be held.</summary>
public sealed record RebalancePolicy
{
    /// <summary>By how much of its share a member may hold more or less.</summary>
    public required int MaxImbalancePercent { get; init; }

    /// <summary>Over all members of the pool together.</summary>
    public required int MaxReleasesPerSecond { get; init; }
}

/// <summary>A member holds more than its share.</summary>
public sealed record RebalanceDirective
{
    /// <summary>Of <see cref="HeldReport.Connections"/>: what is more is released.</summary>
    public required int HoldAtMost { get; init; }

    /// <summary>This member's part of <see cref="RebalancePolicy.MaxReleasesPerSecond"/>.</summary>
    public required double ReleasesPerSecond { get; init; }
}
