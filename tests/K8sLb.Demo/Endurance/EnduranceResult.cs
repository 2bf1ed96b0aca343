using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>One contender at one lateness of the endpoints.</summary>
internal sealed record EnduranceResult
{
    public required string Contender { get; init; }
    public required int EndpointLagSeconds { get; init; }

    /// <summary>Of each restart, from kubectl rollout restart to the end of the last old pod.</summary>
    public required IReadOnlyList<double> RestartSeconds { get; init; }
    public required RunSummary Load { get; init; }

    /// <summary>Classes without a failure are left out.</summary>
    public required IReadOnlyDictionary<
        LoadClass,
        IReadOnlyDictionary<FailureKind, long>
    > FailuresByClass { get; init; }

    /// <summary>The first failures.</summary>
    public required IReadOnlyList<FailureSample> Failures { get; init; }

    /// <summary>How the client's connections moved.</summary>
    public required MoveReport Moves { get; init; }

    /// <summary>Null where nothing paces.</summary>
    public ReleaseRate? ReleaseRate { get; init; }

    public required LoadAverage LoadAverageBefore { get; init; }
    public required LoadAverage LoadAverageAfter { get; init; }

    /// <summary>Of the processors' time during the run: what the host gave to others.</summary>
    public required double StolenPercent { get; init; }
}
