using K8sLb.Protocol;

namespace K8sLb.Operator.Hub;

/// <summary>What is known from a member's control stream, also after it ended. Immutable, swapped by reference.</summary>
public sealed record MemberState
{
    public required Hello Hello { get; init; }
    public required bool Attached { get; init; }

    /// <summary>When the last line arrived.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>Null until this stream's first report.</summary>
    public MemberReport? Report { get; init; }

    /// <summary>The highest version of this epoch that the sidecar put into force.</summary>
    public long? AcknowledgedVersion { get; init; }

    /// <summary>Set while what was answered last was refused.</summary>
    public RefusedSnapshot? Refused { get; init; }

    /// <summary>The drain that the sidecar carries out: what it reported last, or said when it attached.</summary>
    public DrainReport? Drain => Report is null ? Hello.Drain : Report.Drain;
}

public sealed record RefusedSnapshot(long Version, string Error);
