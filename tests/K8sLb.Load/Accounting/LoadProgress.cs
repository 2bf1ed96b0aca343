namespace K8sLb.Load;

/// <summary>A look at a load run while it goes on. Counters are totals since it began.</summary>
public sealed record LoadProgress
{
    public required double Seconds { get; init; }
    public required long Requests { get; init; }
    public required long Failed { get; init; }
    public required IReadOnlyDictionary<FailureKind, long> FailuresByKind { get; init; }
    public required long ConnectionsOpened { get; init; }
    public required long ReleasedPolitely { get; init; }
    public required long Cut { get; init; }

    /// <summary>Connections open now, by the pod that last answered on them; under "" those that none answered on yet.</summary>
    public required IReadOnlyDictionary<string, OpenConnections> Members { get; init; }
}

public sealed record OpenConnections(int Http1, int Http2, int WebSocket);
