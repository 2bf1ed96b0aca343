using K8sLb.Protocol;

namespace K8sLb.Sidecar.Draining;

/// <summary>The member's one drain, as it stands. Immutable; times are on this machine's clock.</summary>
public sealed record DrainState
{
    public required string Id { get; init; }
    public required DrainReason Reason { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset RampDownEndsAt { get; init; }
    public required DateTimeOffset Deadline { get; init; }
    public required DrainProgress Progress { get; init; }

    /// <summary>Connections when it started.</summary>
    public required int Initial { get; init; }

    /// <summary>Totals when it started, so that the drain's own can be told.</summary>
    public required ConnectionTotals TotalsAtStart { get; init; }

    /// <summary>What the member weighed before, for the ramp-down; null where no snapshot has said.</summary>
    public required int? WeightBefore { get; init; }

    /// <summary>Mean gap of arrivals learned before the drain, null where too few came to tell.</summary>
    public required TimeSpan? MeanArrivalGap { get; init; }

    /// <summary>Connections are let go faster than granted, for the deadline's sake.</summary>
    public bool PaceRaised { get; init; }

    /// <summary>The operator has not said yet that all peers know of it.</summary>
    public bool AwaitsPeers { get; init; }

    public bool IsReleasing => Progress != DrainProgress.RampDown;
    public bool IsOver => Progress is DrainProgress.Released or DrainProgress.Forced;

    /// <summary>What is left of the member's weight: falls from 1 to 0 over the ramp-down.</summary>
    public double WeightFactor(DateTimeOffset now)
    {
        if (IsReleasing || now >= RampDownEndsAt)
        {
            return 0;
        }
        var whole = RampDownEndsAt - StartedAt;
        return whole <= TimeSpan.Zero ? 0 : Math.Clamp((RampDownEndsAt - now) / whole, 0, 1);
    }
}
