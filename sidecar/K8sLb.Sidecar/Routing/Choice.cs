using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>A place that may take new work: this member's application, or a peer.</summary>
/// <param name="Peer">Null for the application here.</param>
/// <param name="Id">A hash of the member's UID, the same at every member.</param>
/// <param name="Weight">Above 0.</param>
/// <param name="Share">Of the work that arrives here, from 0 to 1.</param>
/// <param name="Told">What the member reported some seconds ago; null where that is not known, and for this member.</param>
/// <param name="Load">As seen from here.</param>
public readonly record struct Choice(
    Peer? Peer,
    ulong Id,
    double Weight,
    double Share,
    MemberLoad? Told,
    DestinationLoad Load
)
{
    public Choice(Peer peer, double weight, double share, MemberLoad? told)
        : this(peer, peer.Id, weight, share, told, peer.Load) { }

    /// <summary>Others send work there as well, so this member's own part is the least that it can be.</summary>
    public int InFlight => Math.Max(Load.InFlight, Told?.InFlight ?? 0);

    /// <summary>A place that nobody has measured is taken for a fast one, so that it is tried.</summary>
    public double LatencySeconds => Load.Latency?.TotalSeconds ?? (Told?.LatencyMs / 1000) ?? 0;
}
