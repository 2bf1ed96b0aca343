namespace K8sLb.Protocol;

/// <summary>What a sidecar says of itself, once a second, four times a second while it drains.</summary>
public sealed record MemberReport
{
    public SnapshotVersion? InForce { get; init; }

    /// <summary>Weight that new work meets now: warm-up and ramp-down applied.</summary>
    public double EffectiveWeight { get; init; }

    /// <summary>Live connections of clients.</summary>
    public required ConnectionCounts Connections { get; init; }

    /// <summary>Requests being served now, on all connections.</summary>
    public int InFlight { get; init; }

    /// <summary>Work that clients bring, not what peers pass on: requests, and connections that are placed as a whole. Null until known.</summary>
    public double? ArrivalsPerSecond { get; init; }

    /// <summary>That had a request here within the last minute; null where the pool keeps no tokens.</summary>
    public int? Sessions { get; init; }

    /// <summary>Of this member's application; null where an older sidecar does not say.</summary>
    public LocalReport? Local { get; init; }

    /// <summary>Peers at which this member's work did not fare well; empty where there are none, or an older sidecar does not say.</summary>
    public IReadOnlyList<PeerFinding> PeerFindings
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Connections that stay with this member's application; null where an older sidecar does not say.</summary>
    public HeldReport? Held { get; init; }

    /// <summary>What the check of the application found; null where the pool asks for none.</summary>
    public HealthReport? Health { get; init; }

    /// <summary>What the application says of itself; null where the pool asks for no agent.</summary>
    public AgentReport? Agent { get; init; }

    /// <summary>What stands before the application; null where the pool sets no bounds, or an older sidecar does not say.</summary>
    public CircuitReport? Circuit { get; init; }

    /// <summary>Since the process started; opened = live + finished + released + forced.</summary>
    public required ConnectionTotals Totals { get; init; }

    public DrainReport? Drain { get; init; }
}

/// <summary>What the application has to do, whoever sent it: clients directly, or peers.</summary>
public sealed record LocalReport
{
    /// <summary>Requests, and connections that are placed as a whole.</summary>
    public required int InFlight { get; init; }

    /// <summary>Of its answers, as a mean that follows peaks; null until one was measured.</summary>
    public double? LatencyMs { get; init; }

    /// <summary>Answers whose time was taken since the process started, and the natural logarithms of these times in milliseconds, all together.</summary>
    public long? Timed { get; init; }
    public double? TimedLogMs { get; init; }

    /// <summary>Answers since the process started, and those of them that failed: 500 and above, or none at all.</summary>
    public long Served { get; init; }
    public long Failed { get; init; }
    public int FailuresInARow { get; init; }
}

/// <summary>
/// Connections that were placed as a whole and are served here, whoever they came from; without those that were asked to go. In
/// mode Relay all but HTTP/1.1, in mode Proxy WebSockets and TCP.
/// </summary>
public sealed record HeldReport
{
    public required int Connections { get; init; }

    /// <summary>Those of them whose client can be told to move: all but TCP.</summary>
    public required int Movable { get; init; }
}

public sealed record CircuitReport
{
    public required CircuitState State { get; init; }

    /// <summary>Of the last opening; 0 where there was none.</summary>
    public long PauseMs { get; init; }

    /// <summary>Work in flight that the application may have now; null where there is no bound.</summary>
    public int? Limit { get; init; }

    /// <summary>Requests that wait for a place.</summary>
    public int Pending { get; init; }
}

public enum CircuitState
{
    Closed,

    /// <summary>The application failed too often in a row, and gets nothing.</summary>
    Open,

    /// <summary>One piece of work at a time tries whether it works again.</summary>
    HalfOpen,
}

public sealed record HealthReport
{
    /// <summary>By the thresholds, not by the last check alone.</summary>
    public required bool Healthy { get; init; }

    /// <summary>What the last failed check found; null while it is healthy.</summary>
    public string? Message { get; init; }
}

public sealed record AgentReport
{
    /// <summary>Of the weight that the member has otherwise.</summary>
    public int WeightPercent { get; init; } = 100;

    /// <summary>It wants no new work, and what it has to go.</summary>
    public bool Drains { get; init; }

    /// <summary>It does not work.</summary>
    public bool Down { get; init; }
    public string? Description { get; init; }
}

public sealed record ConnectionCounts
{
    public int Http1 { get; init; }
    public int Http2 { get; init; }
    public int WebSocket { get; init; }
    public int Tcp { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public int Total => Http1 + Http2 + WebSocket + Tcp;
}

public sealed record ConnectionTotals
{
    public long Opened { get; init; }

    /// <summary>Ended by the client or the application.</summary>
    public long Finished { get; init; }

    /// <summary>Ended by this sidecar after the protocol's polite signal.</summary>
    public long Released { get; init; }

    /// <summary>Cut: at the deadline, or by a fault.</summary>
    public long Forced { get; init; }

    /// <summary>New work handed to a peer: requests (HTTP) and connections (TCP).</summary>
    public long Rerouted { get; init; }

    /// <summary>All that ended, by protocol and reason; what never happened is left out.</summary>
    public IReadOnlyList<EndedConnections> Ended
    {
        get;
        init => field = value ?? [];
    } = [];
}

public sealed record EndedConnections
{
    public required ClientProtocol Protocol { get; init; }
    public required EndReason Reason { get; init; }
    public required long Count { get; init; }
}

/// <summary>What a client connection speaks. HTTP/1.1 until its first bytes say otherwise.</summary>
public enum ClientProtocol
{
    Http1,
    Http2,
    WebSocket,
    Tcp,
}

/// <summary>Why a connection ended: by itself, after a polite signal, or cut.</summary>
public enum EndReason
{
    /// <summary>The client or the application ended it.</summary>
    Finished,

    /// <summary>Released: the member drained.</summary>
    Drain,

    /// <summary>Released: it had reached its maximum age.</summary>
    MaxAge,

    /// <summary>Released: nothing had happened on it for the idle timeout.</summary>
    IdleTimeout,

    /// <summary>Released: the member held more than its share.</summary>
    Rebalance,

    /// <summary>Cut: the drain's deadline had passed.</summary>
    Deadline,

    /// <summary>Cut: one side broke off or broke its protocol.</summary>
    Fault,

    /// <summary>Cut: the client did not answer heartbeats.</summary>
    DeadPeer,
}

public sealed record DrainReport
{
    /// <summary>The directive's id, or one made by the sidecar for a drain of its own.</summary>
    public required string Id { get; init; }
    public required DrainReason Reason { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset Deadline { get; init; }
    public required DrainProgress Progress { get; init; }

    /// <summary>Connections when the drain started, and now.</summary>
    public int Initial { get; init; }
    public int Remaining { get; init; }

    public long Released { get; init; }
    public long Forced { get; init; }

    /// <summary>Connections are released faster than granted, because the deadline could not be kept otherwise.</summary>
    public bool PaceRaised { get; init; }

    /// <summary>When it is expected to end, by the sidecar's clock; null where it is over.</summary>
    public DateTimeOffset? Eta { get; init; }
}

public enum DrainProgress
{
    /// <summary>New work moves to peers; connections are left alone.</summary>
    RampDown,

    /// <summary>Connections are being released.</summary>
    Releasing,

    /// <summary>No connection left and nothing new for the quiet period.</summary>
    Released,

    /// <summary>The deadline cut what was left.</summary>
    Forced,
}

public enum DrainReason
{
    /// <summary>A reason that this version does not know.</summary>
    Unknown,

    /// <summary>The pod is being deleted or evicted.</summary>
    PodDeleted,

    /// <summary>The application lost its readiness.</summary>
    ReadinessLost,

    /// <summary>The sidecar's own check of the application failed.</summary>
    HealthCheckFailed,

    /// <summary>Somebody asked for it with the pod's annotation.</summary>
    Requested,

    /// <summary>The kubelet called preStop before the operator's word arrived.</summary>
    PreStop,

    /// <summary>The sidecar's process was told to end.</summary>
    Sigterm,
}
