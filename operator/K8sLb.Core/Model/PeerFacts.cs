namespace K8sLb.Core;

/// <summary>How one member's work fared lately at another one, where something about it was amiss.</summary>
public sealed record PeerFacts
{
    /// <summary>Of the other one.</summary>
    public required string Uid { get; init; }
    public int FailuresInARow { get; init; }

    /// <summary>Answers of the last seconds, and those of them that failed.</summary>
    public long Served { get; init; }
    public long Failed { get; init; }

    /// <summary>Where it is far above what is usual.</summary>
    public double? LatencyMs { get; init; }
    public double? UsualLatencyMs { get; init; }
    public required DateTimeOffset LastOutcome { get; init; }
}
