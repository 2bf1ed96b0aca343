using K8sLb.Sidecar.Connections;

namespace K8sLb.Sidecar.Draining;

/// <summary>
/// In the order in which connections go: idle ones first, those that have been so for longest before others; then the oldest.
/// Read once, because it goes on changing while others are compared with it.
/// </summary>
internal readonly record struct ReleaseCandidate(TrackedConnection Connection, bool IsIdle, long Since)
    : IComparable<ReleaseCandidate>
{
    public static ReleaseCandidate Of(TrackedConnection connection)
    {
        var isIdle = connection.InFlight == 0;
        return new(connection, isIdle, isIdle ? connection.LastActivity : connection.OpenedAt);
    }

    public int CompareTo(ReleaseCandidate other) =>
        IsIdle == other.IsIdle ? Since.CompareTo(other.Since) : other.IsIdle.CompareTo(IsIdle);
}
