namespace K8sLb.Core;

/// <summary>What the Kubernetes API says of a pod that the pool selects.</summary>
public sealed record PodFacts
{
    public required string Uid { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Running, and every container but the sidecar is ready: the sidecar fails its own probe while it drains.</summary>
    public required bool Ready { get; init; }

    /// <summary>False: nobody injected one, so that the pod serves as if the pool were not there.</summary>
    public bool HasSidecar { get; init; } = true;

    /// <summary>
    /// Every container but an ordinary sidecar has ended for good, as in a Job's pod: the sidecar alone keeps the pod from being
    /// complete.
    /// </summary>
    public bool WorkDone { get; init; }

    /// <summary>When deletion was asked for: the deletion timestamp less the grace period. Null where it was not.</summary>
    public DateTimeOffset? DeletionRequestedAt { get; init; }

    /// <summary>End of the pod's grace period, where it is being deleted.</summary>
    public DateTimeOffset? KilledAt { get; init; }

    /// <summary>Succeeded or Failed: nothing runs any more.</summary>
    public bool Terminated { get; init; }

    /// <summary>Annotation <c>k8slb.io/drain: "true"</c>.</summary>
    public bool DrainRequested { get; init; }

    /// <summary>Annotation <c>k8slb.io/weight</c>, 0 to 1000.</summary>
    public int? Weight { get; init; }
}

/// <summary>What is known from a member's control stream.</summary>
public sealed record MemberFacts
{
    public required string Uid { get; init; }

    /// <summary>The stream is open now.</summary>
    public required bool Attached { get; init; }

    /// <summary>When the last line arrived.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    public int Connections { get; init; }

    /// <summary>What the sidecar's check of its application found wrong; null while it finds nothing, or none is asked for.</summary>
    public string? Ailing { get; init; }

    /// <summary>The application asked to be drained.</summary>
    public bool AsksToDrain { get; init; }

    /// <summary>What the application wants of its weight.</summary>
    public int WeightPercent { get; init; } = 100;

    /// <summary>Why its application gets nothing for a while; null while its circuit is closed.</summary>
    public string? CircuitOpen { get; init; }

    /// <summary>How its application's answers went; null where that is not known.</summary>
    public OutcomeFacts? Outcomes { get; init; }

    /// <summary>Other members at which its work did not fare well.</summary>
    public IReadOnlyList<PeerFacts> Peers { get; init; } = [];

    /// <summary>Connections that stay with its application; null where that is not known.</summary>
    public HeldFacts? Held { get; init; }

    /// <summary>A drain that the sidecar carries out, on the operator's word or on its own.</summary>
    public DrainFacts? Drain { get; init; }
}

/// <summary>Since the sidecar's process started.</summary>
public sealed record OutcomeFacts
{
    public required long Served { get; init; }
    public required long Failed { get; init; }
    public int FailuresInARow { get; init; }
    public double? LatencyMs { get; init; }
}

/// <param name="Connections">Placed as a whole, served there, and not asked to go.</param>
/// <param name="Movable">Those of them whose client can be told to move.</param>
/// <param name="Weight">That the member's new work meets: warm-up and drain applied.</param>
public sealed record HeldFacts(int Connections, int Movable, double Weight);

public sealed record DrainFacts
{
    public required string Id { get; init; }
    public required DrainReason Reason { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset Deadline { get; init; }
    public required bool Finished { get; init; }
    public int Initial { get; init; }
    public int Remaining { get; init; }
    public long Forced { get; init; }
}
