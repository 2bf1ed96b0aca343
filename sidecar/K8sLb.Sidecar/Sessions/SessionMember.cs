using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Sessions;

/// <summary>A member as far as sessions are concerned.</summary>
/// <param name="Id">A hash of its UID.</param>
/// <param name="Peer">Null for the member that this is.</param>
/// <param name="Weight">Before warm-up: what changes with time alone would be seen differently from member to member.</param>
/// <param name="TakesOver">Sessions of others may move to it.</param>
/// <param name="MovesAt">From then on it keeps none of its own; null where it keeps them.</param>
/// <param name="EndsAt">From then on it does not even keep those with requests under way; null where there is no such time.</param>
public sealed record SessionMember(
    ulong Id,
    Peer? Peer,
    double Weight,
    bool TakesOver,
    DateTimeOffset? MovesAt = null,
    DateTimeOffset? EndsAt = null
)
{
    /// <summary>A member that is busy is reached all the same: sessions wait for it.</summary>
    public bool CanBeReached => Peer is not { IsUnreachable: true };

    public bool Keeps(DateTimeOffset now) => MovesAt is not { } at || now < at;

    public bool KeepsUnderWay(DateTimeOffset now) => EndsAt is { } at && now < at;
}
