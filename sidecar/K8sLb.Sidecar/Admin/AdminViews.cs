using System.Text.Json.Serialization;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Admin;

/// <summary>Body of GET /connections.</summary>
public sealed record ConnectionsView
{
    public required string Pod { get; init; }
    public required SnapshotView? Snapshot { get; init; }
    public required double EffectiveWeight { get; init; }
    public required ConnectionCounts Live { get; init; }

    /// <summary>Live connections by state.</summary>
    public required StateCounts States { get; init; }

    /// <summary>Of the live ones, those that other members passed on.</summary>
    public required int FromPeers { get; init; }
    public required int InFlight { get; init; }
    public required ConnectionTotals Totals { get; init; }
    public required DrainReport? Drain { get; init; }
    public required IReadOnlyList<PeerView> Peers { get; init; }
}

public sealed record SnapshotView
{
    public required string Pool { get; init; }
    public required long Epoch { get; init; }
    public required long Version { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
}

public sealed record StateCounts
{
    public required int Active { get; init; }
    public required int Idle { get; init; }
    public required int Closing { get; init; }

    /// <summary>In any state: those that have been asked to move.</summary>
    public required int Asked { get; init; }
}

public sealed record PeerView
{
    public required string Name { get; init; }
    public required string Address { get; init; }

    /// <summary>It could not be reached a moment ago, and is passed over.</summary>
    public required bool Avoided { get; init; }
}

/// <summary>Body of /readyz; <see cref="NotReady"/> is empty where it is ready.</summary>
public sealed record ReadinessView
{
    public required bool Ready { get; init; }
    public required IReadOnlyList<string> NotReady { get; init; }
}

[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web,
    WriteIndented = true,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(ConnectionsView))]
[JsonSerializable(typeof(ReadinessView))]
[JsonSerializable(typeof(DrainReport))]
internal sealed partial class AdminJson : JsonSerializerContext;
