namespace K8sLb.Core.Planning;

/// <summary>A member on its way through the rules: what is known of it, and what has been decided so far.</summary>
internal sealed record MemberDraft
{
    public required PodFacts Pod { get; init; }
    public required MemberFacts? Facts { get; init; }

    /// <summary>The decision before this one, as it stands on record.</summary>
    public required MemberRecord? Recorded { get; init; }

    /// <summary>
    /// The decision before this instant. What arrives in one instant is one observation, in whatever order it came: a
    /// member that came into service in this very instant is decided about anew. So is one whose sidecar starts anew after a
    /// drain of its own: it has taken no work yet.
    /// </summary>
    public required MemberRecord? Record { get; init; }

    /// <summary>Null until a rule has decided.</summary>
    public MemberRecord? Next { get; init; }
    public bool Available { get; init; }
    public string Why { get; init; } = "";

    public MemberPhase? Before => Record?.Phase;
    public bool Deleted => Pod.DeletionRequestedAt is not null;

    /// <summary>What the application wants scales what the pod's owner gave it; above 0 it stays above 0.</summary>
    public int FullWeight
    {
        get
        {
            var given = Math.Clamp(Pod.Weight ?? PlanLimits.DefaultWeight, 0, PlanLimits.MaxWeight);
            var percent = Math.Clamp(Facts?.WeightPercent ?? 100, 0, 100 * PlanLimits.MaxWeight);
            return (int)Math.Min(PlanLimits.MaxWeight, Math.Ceiling((long)given * percent / 100.0));
        }
    }

    /// <summary>Somebody asked for a drain: the pod's owner, or the application.</summary>
    public bool DrainRequested => Pod.DrainRequested || Facts?.AsksToDrain == true;

    /// <summary>It has taken work under an earlier decision.</summary>
    public bool Served => Before is not (null or MemberPhase.Pending);

    /// <summary>Its sidecar has spoken, to this operator or to the one before.</summary>
    public bool WasAttached => Facts is not null || Served;

    /// <summary>Why its application can do no work; null where it can.</summary>
    public Ailment? Ailment =>
        !Pod.Ready ? new(DrainReason.ReadinessLost, "readiness was lost")
        : Facts?.Ailing is { } ailing ? new(DrainReason.HealthCheckFailed, $"the health check failed: {ailing}")
        : null;

    /// <summary>Enters a phase at <paramref name="at"/>, or stays in it and keeps the time it entered.</summary>
    public MemberDraft To(MemberPhase phase, DateTimeOffset at, string why) =>
        this with
        {
            Why = why,
            Next = new MemberRecord
            {
                Uid = Pod.Uid,
                Name = Pod.Name,
                Phase = phase,
                Since = Before == phase ? Record!.Since : at,
                InServiceSince = Record?.InServiceSince,
            },
        };
}

/// <param name="Reason">Of a drain that follows from it.</param>
internal readonly record struct Ailment(DrainReason Reason, string Why);
