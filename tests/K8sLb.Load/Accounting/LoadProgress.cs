namespace K8sLb.Load;

/// <summary>A look at a load run while it goes on. Counters are totals since it began.</summary>
public sealed record LoadProgress
{
    public required double Seconds { get; init; }
    public required long Requests { get; init; }
    public required long Failed { get; init; }
    public required IReadOnlyDictionary<FailureKind, long> FailuresByKind { get; init; }

    /// <summary>Null where nothing has failed.</summary>
    public FailureSample? LastFailure { get; init; }
    public required long ConnectionsOpened { get; init; }
    public required long ReleasedPolitely { get; init; }
    public required long Cut { get; init; }

    /// <summary>Connections open now, by the pod that last answered on them; under "" those that none answered on yet.</summary>
    public required IReadOnlyDictionary<string, OpenConnections> Members { get; init; }
}

public sealed record OpenConnections(int Http1, int Http2, int WebSocket)
{
    internal static OpenConnections Of(IEnumerable<TrackedConnection> connections)
    {
        var (http1, http2, webSocket) = (0, 0, 0);
        foreach (var connection in connections)
        {
            switch (connection.Class)
            {
                case LoadClass.Http2:
                case LoadClass.Grpc:
                    http2++;
                    break;
                case LoadClass.WebSocket:
                    webSocket++;
                    break;
                default:
                    http1++;
                    break;
            }
        }
        return new(http1, http2, webSocket);
    }
}
