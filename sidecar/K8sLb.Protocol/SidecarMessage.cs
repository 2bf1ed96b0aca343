namespace K8sLb.Protocol;

/// <summary>One line from a sidecar to the operator. Exactly one member is set.</summary>
public sealed record SidecarMessage
{
    public Hello? Hello { get; init; }
    public SnapshotAck? Ack { get; init; }
    public SnapshotNack? Nack { get; init; }
    public MemberReport? Report { get; init; }

    /// <summary>A newer token of the pod, before the one that opened the stream ends. For those whose welcome takes tokens.</summary>
    public string? Token { get; init; }
}

/// <summary>First line of a stream: who speaks, and what it holds already.</summary>
public sealed record Hello
{
    public required int ProtocolVersion { get; init; }
    public required string PodNamespace { get; init; }
    public required string PodName { get; init; }
    public required string PodUid { get; init; }
    public required string SidecarVersion { get; init; }

    /// <summary>New for each process, so that a restarted container is told from a redialled stream.</summary>
    public required string Instance { get; init; }

    /// <summary>Where peers reach this member: an IP address, and the port that serves local work only.</summary>
    public required string PeerAddress { get; init; }
    public required int PeerPort { get; init; }

    /// <summary>It takes and gives proofs of keys (<see cref="PeerOpening"/>).</summary>
    public bool ProvesKey { get; init; }

    /// <summary>What peers that cannot prove a key must present on the peer port. Chosen by this sidecar, handed out by the operator.</summary>
    public required string PeerCredential { get; init; }

    /// <summary>The last snapshot in force, where there is one.</summary>
    public SnapshotVersion? Held { get; init; }

    /// <summary>A drain that is under way, so that a new operator goes on with it.</summary>
    public DrainReport? Drain { get; init; }
}

/// <summary>Orders snapshots: by epoch (the leader's fencing number), then by version within it.</summary>
public readonly record struct SnapshotVersion(long Epoch, long Version) : IComparable<SnapshotVersion>
{
    public int CompareTo(SnapshotVersion other) =>
        Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Version.CompareTo(other.Version);
}

public sealed record SnapshotAck
{
    public required string Nonce { get; init; }
    public required SnapshotVersion Version { get; init; }
}

/// <summary>The snapshot could not be used; the last good one stays in force.</summary>
public sealed record SnapshotNack
{
    public required string Nonce { get; init; }

    /// <summary>Names the field, its value and what would be right.</summary>
    public required string Error { get; init; }
}
