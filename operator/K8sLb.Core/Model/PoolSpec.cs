namespace K8sLb.Core;

/// <summary>What the pool's owner asks for, as far as decisions need it.</summary>
public sealed record PoolSpec
{
    public required DrainSpec Drain { get; init; }
    public required SlowStartSpec SlowStart { get; init; }

    /// <summary>Null where no member is ejected.</summary>
    public OutlierSpec? Outliers { get; init; }

    /// <summary>Null where connections stay where they are.</summary>
    public RebalanceSpec? Rebalance { get; init; }

    /// <summary>No drain by choice starts and none is cancelled by choice; what Kubernetes does to pods is followed all the same.</summary>
    public bool Paused { get; init; }
}

public sealed record DrainSpec
{
    public required TimeSpan Deadline { get; init; }
    public required TimeSpan RampDown { get; init; }

    /// <summary>Members that must stay available whatever is drained by choice.</summary>
    public required Quantity MinAvailable { get; init; }
}

public sealed record OutlierSpec
{
    public required int ConsecutiveErrors { get; init; }

    /// <summary>Of the requests of an interval, where it had enough of them.</summary>
    public required int ErrorPercent { get; init; }
    public required int MinRequests { get; init; }

    /// <summary>Times the pool's median; 0 leaves latency alone.</summary>
    public required double LatencyFactor { get; init; }
    public required TimeSpan Interval { get; init; }

    /// <summary>For the first time; each repeat doubles it.</summary>
    public required TimeSpan BaseEjectionTime { get; init; }

    /// <summary>Of the members in service; one may be ejected in any case.</summary>
    public required int MaxEjectionPercent { get; init; }

    /// <summary>No ejection leaves fewer than this part of the members in service.</summary>
    public required int PanicPercent { get; init; }
}

public sealed record RebalanceSpec
{
    /// <summary>By how much of its share a member may hold more or less.</summary>
    public required int MaxImbalancePercent { get; init; }

    /// <summary>Over all members together.</summary>
    public required int MaxReleasesPerSecond { get; init; }
}

public sealed record SlowStartSpec
{
    /// <summary>Zero switches slow start off.</summary>
    public required TimeSpan Duration { get; init; }
}

/// <summary>A count or a percentage, as in PodDisruptionBudget; a percentage rounds up.</summary>
public readonly record struct Quantity(int Value, bool IsPercent)
{
    public int Of(int total) =>
        Math.Clamp(IsPercent ? (int)Math.Ceiling(total * (double)Value / 100) : Value, 0, total);
}
