using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>How what clients bring to a pool is spread over its members, before any of them passes work on: parts of the whole.</summary>
internal readonly struct PoolArrivals
{
    /// <summary>Below this many a second, over the whole pool, what was measured is chance.</summary>
    private const double FewestPerSecond = 1;

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
        var total = self.ArrivalsPerSecond.Value;
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
        }
        return total < FewestPerSecond ? even : new(loads, self.ArrivalsPerSecond.Value, total);
    }

    public double Of(MemberDirective member) =>
        loads is null ? even : (loads.GetValueOrDefault(member.Uid)?.ArrivalsPerSecond ?? 0) / total;
}
