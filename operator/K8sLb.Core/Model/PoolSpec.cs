namespace K8sLb.Core;

/// <summary>What the pool's owner asks for, as far as decisions need it.</summary>
public sealed record PoolSpec
{
    public required DrainSpec Drain { get; init; }
    public required SlowStartSpec SlowStart { get; init; }

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
