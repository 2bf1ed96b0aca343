using System.Text;

namespace K8sLb.Sidecar.Routing;

/// <summary>
/// Rendezvous hashing with weights (Thaler and Ravishankar 1998; Schindelhauer and Schomaker 2005): for a key every member has a
/// score, -w/ln(u), of which u is a hash of both; the highest wins. Every sidecar comes to the same answer without a shared table,
/// and a member that comes or goes moves none but its own keys. Stands in for System.IO.Hashing where that is out of reach: FNV-1a,
/// whose bits are then mixed as in SplitMix64.
/// </summary>
public static class RendezvousHash
{
    /// <summary>A member takes no more than that many times its share of what is under way (Mirrokni et al., 2016).</summary>
    private const double Bound = 1.25;

    /// <summary>With so little under way for each member a bound would be chance.</summary>
    private const double Few = 2;

    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    public static ulong Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = FnvOffset;
        foreach (var b in bytes)
        {
            hash = unchecked((hash ^ b) * FnvPrime);
        }
        return Mix(hash);
    }

    /// <returns>The choice with the highest score of those within their bound and reachable; the highest of all where none is.</returns>
    public static int Pick(ReadOnlySpan<Choice> choices, ulong key)
    {
        var (weights, underWay) = (0.0, 0);
        foreach (ref readonly var choice in choices)
        {
            weights += choice.Weight;
            underWay += choice.InFlight;
        }
        var (best, bestScore, fallback, fallbackScore) = (-1, double.NegativeInfinity, 0, double.NegativeInfinity);
        for (var i = 0; i < choices.Length; i++)
        {
            ref readonly var choice = ref choices[i];
            var score = Score(choice.Id, choice.Weight, key);
            if (score > fallbackScore)
            {
                (fallback, fallbackScore) = (i, score);
            }
            var most = Math.Max(Few, Bound * (underWay + 1) * choice.Weight / weights);
            if (score > bestScore && choice.InFlight < most && choice.Peer is not { IsAvoided: true })
            {
                (best, bestScore) = (i, score);
            }
        }
        return best < 0 ? fallback : best;
    }

    /// <param name="id">Of the member: a hash.</param>
    public static double Score(ulong id, double weight, ulong key)
    {
        // 53 bits, and never 0 or 1.
        var u = ((Mix(key ^ id) >> 11) + 0.5) / (1UL << 53);
        return -weight / Math.Log(u);
    }

    private static ulong Mix(ulong x)
    {
        unchecked
        {
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return x ^ (x >> 31);
        }
    }
}
