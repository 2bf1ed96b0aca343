using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>
/// <see cref="RoutingShares"/> made ready for picking: immutable, replaced by reference, read once for each piece of work.
/// </summary>
public sealed class RoutingPlan
{
    public static readonly RoutingPlan LocalOnly = new(RoutingShares.AllLocal(0), [], rejectsNewWork: false);

    private readonly double[] upTo;

    public RoutingPlan(RoutingShares shares, IReadOnlyList<Peer> peers, bool rejectsNewWork)
    {
        Local = shares.Local;
        EffectiveWeight = shares.EffectiveWeight;
        Peers = [.. peers];
        RejectsNewWork = rejectsNewWork;
        upTo = new double[Peers.Length];
        var sum = 0.0;
        var all = shares.Peers.Sum(p => p.Share);
        for (var i = 0; i < upTo.Length; i++)
        {
            sum += shares.Peers[i].Share;
            upTo[i] = sum / all;
        }
    }

    /// <summary>Chance of new work to stay here, from 0 to 1.</summary>
    public double Local { get; }
    public double EffectiveWeight { get; }

    /// <summary>The drain has come so far that new work is refused: <see cref="LateArrivals.Reject"/>.</summary>
    public bool RejectsNewWork { get; }

    internal Peer[] Peers { get; }

    /// <summary>The peer whose part of the range from 0 to 1 holds <paramref name="point"/>.</summary>
    internal int PeerAt(double point)
    {
        var found = Array.BinarySearch(upTo, point);
        return Math.Min(found >= 0 ? found + 1 : ~found, upTo.Length - 1);
    }
}
