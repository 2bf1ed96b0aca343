using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>How what clients bring to a pool is spread over its members, before any of them passes work on: parts of the whole.</summary>
internal readonly struct PoolArrivals
{
    /// <summary>Below this many a second, over the whole pool, what was measured is chance.</summary>
    private const double FewestPerSecond = 1;

    /// <summary>
    /// Part of an even share by which a member's must differ to count. What clients bring is never quite even; to put the last few
    /// percent right would cost more than it brings.
    /// </summary>
    private const double Tolerated = 0.05;

    /// <summary>Standard deviations of a mean that can be chance.</summary>
    private const double Deviations = 3;

    private readonly IReadOnlyDictionary<string, MemberLoad>? loads;
    private readonly double total;
    private readonly double even;

    /// <summary>Even: kube-proxy knows no weights.</summary>
    private PoolArrivals(double even) => OfSelf = this.even = even;

    private PoolArrivals(IReadOnlyDictionary<string, MemberLoad> loads, double ofSelf, double total) =>
        (this.loads, this.total, OfSelf) = (loads, total, ofSelf / total);

    public double OfSelf { get; }

    /// <param name="others">That take work. This member counts as well, even where it should get none any more: it does.</param>
    public static PoolArrivals Of(
        PoolState pool,
        RoutingSelf self,
        IReadOnlyDictionary<string, MemberLoad> loads,
        int others
    )
    {
        var even = new PoolArrivals(1.0 / (others + 1));
        if (self.ArrivalsPerSecond is not > 0)
        {
            return even;
        }
        var own = self.ArrivalsPerSecond.Value;
        var (total, least, most) = (own, own, own);
        foreach (var member in pool.Members)
        {
            if (member.Uid == self.Uid)
            {
                continue;
            }
            var arrivals = loads.GetValueOrDefault(member.Uid)?.ArrivalsPerSecond;
            // One that takes no work need not have said: little arrives at it any more.
            if (arrivals is null && member.Availability == MemberAvailability.Available)
            {
                return even;
            }
            total += arrivals ?? 0;
            least = Math.Min(least, arrivals ?? least);
            most = Math.Max(most, arrivals ?? most);
        }
        return total < FewestPerSecond || IsChance(total / (others + 1), least, most) ? even : new(loads, own, total);
    }

    /// <summary>
    /// As many random arrivals as that, a second and a member, can differ so: an exponential mean of Poisson's arrivals has a
    /// variance of rate / 2τ.
    /// </summary>
    private static bool IsChance(double expected, double least, double most)
    {
        var chance = Deviations * Math.Sqrt(expected / (2 * ArrivalMeter.Window.TotalSeconds));
        var tolerance = Math.Max(chance, expected * Tolerated);
        return most - expected <= tolerance && expected - least <= tolerance;
    }

    public double Of(MemberDirective member) =>
        loads is null ? even : (loads.GetValueOrDefault(member.Uid)?.ArrivalsPerSecond ?? 0) / total;
}
