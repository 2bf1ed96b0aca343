using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>What this member tells the operator of its peers: a network that only some can see is not found any other way.</summary>
public static class PeerFindings
{
    /// <summary>The smallest factor that a pool can ask for.</summary>
    private const double NoticeableFactor = 1.5;

    /// <summary>Of fewer than three nobody can say which of them is the odd one.</summary>
    private const int FewestToCompare = 3;

    /// <summary>What is older says nothing of now.</summary>
    private static readonly TimeSpan OldestOutcome = TimeSpan.FromMinutes(1);

    /// <summary>Called by one thread. What went well everywhere takes no room in a report.</summary>
    public static IReadOnlyList<PeerFinding> Read(IReadOnlyList<Peer> peers)
    {
        var usual = Usual(peers);
        return [.. peers.Select(p => Of(p, usual)).OfType<PeerFinding>()];
    }

    private static PeerFinding? Of(Peer peer, double? usual)
    {
        var (served, failed) = peer.Recent.Read();
        var isSlow = usual is { } ms && peer.Load.Latency?.TotalMilliseconds >= ms * NoticeableFactor;
        if (
            peer.SinceLastOutcome is not { } ago
            || ago > OldestOutcome
            || (peer.FailuresInARow == 0 && failed == 0 && !isSlow)
        )
        {
            return null;
        }
        return new()
        {
            Uid = peer.Uid,
            FailuresInARow = peer.FailuresInARow,
            Served = served,
            Failed = failed,
            LatencyMs = isSlow ? peer.Load.Latency?.TotalMilliseconds : null,
            UsualLatencyMs = isSlow ? usual : null,
            AgoMs = (long)Math.Round(ago.TotalMilliseconds),
        };
    }

    private static double? Usual(IReadOnlyList<Peer> peers)
    {
        double[] latencies = [.. peers.Select(p => p.Load.Latency?.TotalMilliseconds).OfType<double>().Order()];
        return latencies.Length < FewestToCompare ? null : latencies[latencies.Length / 2];
    }
}
