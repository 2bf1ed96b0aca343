namespace K8sLb.Load;

/// <summary>The whole account of a load run.</summary>
public sealed record LoadReport
{
    public required DateTimeOffset StartedAt { get; init; }
    public required double DurationSeconds { get; init; }

    /// <summary>
    /// HTTP requests, gRPC calls, WebSocket upgrades, and the messages on WebSockets and on gRPC streams that were begun. A WebSocket
    /// or a stream that is cut between two messages counts as one more, failed: the message that it would have carried.
    /// </summary>
    public required long Requests { get; init; }
    public required long Failed { get; init; }
    public required IReadOnlyDictionary<FailureKind, long> FailuresByKind { get; init; }

    public required long ConnectionsOpened { get; init; }

    /// <summary>Ended after the protocol's notice.</summary>
    public required long ReleasedPolitely { get; init; }

    /// <summary>Ended without notice; <see cref="ClosedWhileIdle"/> of these between two requests, seen in time.</summary>
    public required long Cut { get; init; }
    public required long ClosedWhileIdle { get; init; }
    public required long ClosedByClient { get; init; }

    /// <summary>
    /// Requests sent again because GOAWAY or REFUSED_STREAM said that they had not been processed (RFC 9113 sections 6.8 and
    /// 8.7): the only repetition that this client knows.
    /// </summary>
    public required long ProtocolRetries { get; init; }

    /// <summary>WebSocket messages without an answer when a polite close frame came; they count as failed.</summary>
    public required long UnansweredAtClose { get; init; }

    /// <summary>Of the time from a request's begin, connecting included, to its end, less the delay that it asked for itself.</summary>
    public required double P50Ms { get; init; }
    public required double P99Ms { get; init; }
    public required double LongestWaitMs { get; init; }

    /// <summary>
    /// The longest time between two successes of one class, of those classes that send steadily: all but
    /// <see cref="LoadClass.Slow"/>.
    /// </summary>
    public required double LongestStallMs { get; init; }

    public required MoveReport Moves { get; init; }

    public required IReadOnlyDictionary<LoadClass, ClassReport> Classes { get; init; }

    /// <summary>The first failures, at most <see cref="LoadRecorder.FailureSamples"/>.</summary>
    public required IReadOnlyList<FailureSample> Failures { get; init; }
}

public sealed record ClassReport
{
    public required long Requests { get; init; }
    public required long Failed { get; init; }
    public required IReadOnlyDictionary<FailureKind, long> FailuresByKind { get; init; }
    public required double P50Ms { get; init; }
    public required double P99Ms { get; init; }
    public required double LongestWaitMs { get; init; }
    public required double LongestStallMs { get; init; }
}

/// <param name="Seconds">Since the load began.</param>
/// <param name="ServedBy">The pod that last answered on the connection, empty where none had.</param>
public sealed record FailureSample(double Seconds, LoadClass Class, FailureKind Kind, string ServedBy, string Message);
