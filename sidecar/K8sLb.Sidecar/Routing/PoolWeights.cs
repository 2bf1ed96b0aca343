using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>What the members that take new work weigh now: warm-up, drain and reported load applied.</summary>
internal sealed record PoolWeights(
    double Own,
    IReadOnlyList<(MemberDirective Member, double Weight)> Others,
    double Sum
)
{
    public static PoolWeights Of(
        PoolState pool,
        RoutingSelf self,
        IReadOnlyDictionary<string, MemberLoad> loads,
        DateTimeOffset now
    )
    {
        var slowStart = pool.Policy.SlowStart;
        var directive = pool.Members.FirstOrDefault(m => m.Uid == self.Uid);
        var own =
            (self.Weight ?? directive?.Weight ?? 0)
            * WarmUp.Factor(slowStart, directive?.WarmingSince, now)
            * Reported(self.Uid)
            * self.Factor;

        var others = new List<(MemberDirective Member, double Weight)>(pool.Members.Count);
        var sum = own;
        foreach (var member in pool.Members)
        {
            if (member.Uid != self.Uid && member.Availability == MemberAvailability.Available)
            {
                var weight = member.Weight * WarmUp.Factor(slowStart, member.WarmingSince, now) * Reported(member.Uid);
                others.Add((member, weight));
                sum += weight;
            }
        }
        return new(own, others, sum);

        double Reported(string uid) => loads.GetValueOrDefault(uid)?.WeightFactor ?? 1;
    }
}
