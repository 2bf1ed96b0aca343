namespace K8sLb.Protocol;

/// <summary>How a member's own work fared at one of its peers lately, where something about it was amiss.</summary>
public sealed record PeerFinding
{
    /// <summary>Of the peer.</summary>
    public required string Uid { get; init; }

    /// <summary>Answers of 500 and above, and attempts that brought no connection or no answer, since the last that went well.</summary>
    public int FailuresInARow { get; init; }

    /// <summary>Answers within the last ten to twenty seconds, and those of them that failed.</summary>
    public long Served { get; init; }
    public long Failed { get; init; }

    /// <summary>Of the peer's answers, where it is far above <see cref="UsualLatencyMs"/>.</summary>
    public double? LatencyMs { get; init; }

    /// <summary>Median over all peers that answered.</summary>
    public double? UsualLatencyMs { get; init; }

    /// <summary>Since the last outcome there.</summary>
    public required long AgoMs { get; init; }
}
