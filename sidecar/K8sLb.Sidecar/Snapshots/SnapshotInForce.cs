using K8sLb.Protocol;

namespace K8sLb.Sidecar.Snapshots;

/// <summary>The snapshot that this member acts on, its times on this machine's clock. Written by the intake alone.</summary>
public sealed class SnapshotInForce
{
    private MemberSnapshot? current;

    /// <summary>Null until the first snapshot has come.</summary>
    public MemberSnapshot? Current => Volatile.Read(ref current);

    public SnapshotVersion? Version => Current is { } held ? new(held.Epoch, held.Version) : null;

    public TimeSpan QuietPeriod =>
        TimeSpan.FromMilliseconds(Current?.Pool.Policy.Drain.QuietPeriodMs ?? DefaultQuietPeriodMs);

    /// <summary>
    /// Connections that this member may ask to move in a second: what the operator grants, else what is left of the pool's
    /// rate if all members drained at once.
    /// </summary>
    public double ReleasesPerSecond =>
        Current is not { } held ? double.PositiveInfinity
        : held.Self.ReleasesPerSecond is > 0 and var granted ? granted
        : (double)held.Pool.Policy.Drain.MaxReleasesPerSecond / Math.Max(1, held.Pool.Members.Count);

    internal void Put(MemberSnapshot snapshot) => Volatile.Write(ref current, snapshot);

    private const long DefaultQuietPeriodMs = 1000;
}
