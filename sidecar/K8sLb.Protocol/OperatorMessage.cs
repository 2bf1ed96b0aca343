namespace K8sLb.Protocol;

/// <summary>One line from the operator to a sidecar. Exactly one member is set.</summary>
public sealed record OperatorMessage
{
    public Welcome? Welcome { get; init; }
    public MemberSnapshot? Snapshot { get; init; }
    public PoolLoads? Loads { get; init; }
    public Refusal? Refusal { get; init; }
}

/// <summary>Answer to <see cref="Hello"/>.</summary>
public sealed record Welcome
{
    public required int ProtocolVersion { get; init; }
    public required string OperatorVersion { get; init; }
    public required long Epoch { get; init; }
}

/// <summary>The stream is not served; the sidecar redials after <see cref="RetryAfterMs"/> with jitter.</summary>
public sealed record Refusal
{
    public required string Reason { get; init; }
    public int RetryAfterMs { get; init; }
}

/// <summary>
/// Desired state for one member: whole, level-triggered, with absolute times. <see cref="Pool"/> is the same for every
/// member of the pool and is serialised once.
/// </summary>
public sealed record MemberSnapshot
{
    public required long Epoch { get; init; }
    public required long Version { get; init; }
    public required string Nonce { get; init; }

    /// <summary>The operator's clock when this was sent; the difference to the sidecar's clock shifts the times below.</summary>
    public required DateTimeOffset SentAt { get; init; }

    public required SelfDirective Self { get; init; }
    public required PoolState Pool { get; init; }
}

public sealed record SelfDirective
{
    public required string Uid { get; init; }

    /// <summary>Null where the member takes work. Going back to null cancels the operator's drain.</summary>
    public DrainDirective? Drain { get; init; }

    /// <summary>
    /// This member's part of <see cref="DrainPolicy.MaxReleasesPerSecond"/>, or what it would be if it began to drain now;
    /// null where the operator does not share it out.
    /// </summary>
    public double? ReleasesPerSecond { get; init; }

    /// <summary>Null where the member may keep the connections that it has.</summary>
    public RebalanceDirective? Rebalance { get; init; }
}

public sealed record DrainDirective
{
    public required string Id { get; init; }
    public required DrainReason Reason { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Until then new work moves to peers gradually; connections are released from then on.</summary>
    public required DateTimeOffset RampDownEndsAt { get; init; }
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Every peer that is attached has put a version into force in which this member takes no work.</summary>
    public bool PeersKnow { get; init; }
}

public sealed record PoolState
{
    public required string Namespace { get; init; }
    public required string Name { get; init; }
    public required IReadOnlyList<MemberDirective> Members { get; init; }
    public required PoolPolicy Policy { get; init; }
}

/// <summary>A member as the others see it, itself included.</summary>
public sealed record MemberDirective
{
    public required string Uid { get; init; }
    public required string Name { get; init; }

    /// <summary>Empty until the member has attached: it can take no work from peers yet.</summary>
    /// <remarks>Source-generated deserialisation sets an absent init-only property to null, whatever its initialiser.</remarks>
    public string PeerAddress
    {
        get;
        init => field = value ?? "";
    } = "";
    public int PeerPort { get; init; }
    public string PeerCredential
    {
        get;
        init => field = value ?? "";
    } = "";

    public required MemberAvailability Availability { get; init; }

    /// <summary>Full weight, before warm-up: 100 unless the pod says otherwise; 0 takes no new work.</summary>
    public required int Weight { get; init; }

    /// <summary>Start of the slow start, null where it is warm.</summary>
    public DateTimeOffset? WarmingSince { get; init; }

    /// <summary>Null where it is not being drained.</summary>
    public MemberDrainTimes? Drain { get; init; }
}

/// <summary>What the others need to know of a member's drain: how long sessions stay with it.</summary>
public sealed record MemberDrainTimes
{
    /// <summary>Until then all of them stay.</summary>
    public required DateTimeOffset RampDownEndsAt { get; init; }

    /// <summary>Until then those stay that have requests under way.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Without the drain, before warm-up.</summary>
    public int Weight { get; init; }
}

public enum MemberAvailability
{
    /// <summary>Must get no work from peers.</summary>
    Unavailable,
    Available,
}

public sealed record PoolPolicy
{
    public required IReadOnlyList<PortPolicy> Ports { get; init; }
    public required DrainPolicy Drain { get; init; }
    public required SlowStartPolicy SlowStart { get; init; }

    public BalancingKind Balancing { get; init; }

    /// <summary>Null where connections stay where they are, however uneven that is.</summary>
    public RebalancePolicy? Rebalance { get; init; }

    /// <summary>Null where every request may go to any member.</summary>
    public SessionPolicy? Sessions { get; init; }

    /// <summary>Null where applications are not asked how much work they want.</summary>
    public AgentPolicy? Agent { get; init; }

    /// <summary>Null where requests that failed are not repeated.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>Null where the application gets whatever comes.</summary>
    public CircuitBreakerPolicy? CircuitBreaker { get; init; }

    /// <summary>Null where the application is not checked.</summary>
    public HealthCheckPolicy? HealthCheck { get; init; }

    /// <summary>Null leaves connections alone while nothing drains.</summary>
    public ConnectionPolicy? Connections { get; init; }
}

/// <summary>Which of the members that may take a piece of new work gets it.</summary>
public enum BalancingKind
{
    /// <summary>Each in its turn, by weight.</summary>
    WeightedRoundRobin,

    /// <summary>Of the one whose turn it is and another, the one with less under way for its weight.</summary>
    LeastRequest,

    /// <summary>As <see cref="LeastRequest"/>, by what is under way and how long it takes.</summary>
    PeakEwma,

    /// <summary>The same one for the same client address, as long as it takes work and has not far more than its share.</summary>
    ConsistentHash,
}

public sealed record PortPolicy
{
    public required string Name { get; init; }

    /// <summary>Where the sidecar listens.</summary>
    public required int Port { get; init; }

    /// <summary>Where the application listens, on the pod's loopback.</summary>
    public required int TargetPort { get; init; }
    public required PortProtocol Protocol { get; init; }

    /// <summary>A TCP port has no other than <see cref="PortMode.Relay"/>.</summary>
    public PortMode Mode { get; init; }
}

public enum PortProtocol
{
    /// <summary>HTTP/1.1, HTTP/2 with prior knowledge, gRPC and WebSocket on one port.</summary>
    Http,
    Tcp,
}

/// <summary>Which of the two data paths carries a port.</summary>
public enum PortMode
{
    /// <summary>Bytes are copied; places are chosen once for each HTTP/1.1 request and for each other connection.</summary>
    Relay,

    /// <summary>An HTTP proxy: a place is chosen for each request of any version.</summary>
    Proxy,
}

/// <summary>What the sidecar needs for a drain that it starts itself, and for every release.</summary>
public sealed record DrainPolicy
{
    public required long DeadlineMs { get; init; }
    public required long RampDownMs { get; init; }
    public required long QuietPeriodMs { get; init; }
    public required LateArrivals LateArrivals { get; init; }

    /// <summary>Over all members of the pool together.</summary>
    public required int MaxReleasesPerSecond { get; init; }

    /// <summary>For the answer to the PING between the two GOAWAYs of HTTP/2.</summary>
    public required long GoAwayGraceMs { get; init; }
    public required int WebSocketCloseCode { get; init; }
    public required DeadlineAction OnDeadline { get; init; }
}

/// <summary>How what is left at the deadline is closed.</summary>
public enum DeadlineAction
{
    /// <summary>FIN: what was sent still arrives.</summary>
    Close,

    /// <summary>RST.</summary>
    Reset,
}

/// <summary>Releases without a drain. 0 switches each of them off.</summary>
public sealed record ConnectionPolicy
{
    public long IdleTimeoutMs { get; init; }
    public long MaxAgeMs { get; init; }

    /// <summary>By how much of itself the age limit of a connection is shortened at most.</summary>
    public int MaxAgeJitterPercent { get; init; }

    /// <summary>Silence of an HTTP/2 or WebSocket client after which it is pinged, and then taken for dead.</summary>
    public long HeartbeatMs { get; init; }

    /// <summary>Null leaves the number of connections to applications and peers to what needs them.</summary>
    public UpstreamPolicy? Upstream { get; init; }
}

public enum LateArrivals
{
    /// <summary>Hand new work to a healthy peer; serve it where there is none.</summary>
    Reroute,

    /// <summary>Serve it as before.</summary>
    Serve,

    /// <summary>HTTP: 503 with Retry-After and Connection: close. TCP: close at once.</summary>
    Reject,
}

/// <summary>weight * max(minimum, (elapsed / duration)^(1 / aggression)); a duration of 0 switches it off.</summary>
public sealed record SlowStartPolicy
{
    public required long DurationMs { get; init; }
    public required int MinimumPercent { get; init; }
    public required double Aggression { get; init; }
}
