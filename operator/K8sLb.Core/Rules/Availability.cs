using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// Peers send work to members in service that are not ejected; where too few of those are left, because others went, to the ejected
/// as well: what is left of the pool could not bear the rest. Where none is left, lost ones are offered: a broken stream says
/// little about a pod that Kubernetes calls ready, and an empty pool serves nobody.
/// </summary>
internal static class Availability
{
    public static PoolDraft Apply(PoolDraft pool)
    {
        var inService = pool.Members.Where(Outliers.IsInService).ToList();
        var serving = inService.Count(m => !IsEjected(m, pool.Now));
        var tooFew = serving * 100 < inService.Count * (pool.Spec.Outliers?.PanicPercent ?? 0);
        var panic = serving == 0 && !tooFew;
        return pool.Refine(m => m with { Available = Offered(m, pool.Now, ejectedToo: tooFew, lostToo: panic) });
    }

    private static bool IsEjected(MemberDraft member, DateTimeOffset now) => member.Next?.Ejection?.Until > now;

    private static bool Offered(MemberDraft member, DateTimeOffset now, bool ejectedToo, bool lostToo) =>
        member.FullWeight > 0
        && member.Next?.Phase switch
        {
            MemberPhase.Warming or MemberPhase.Active => ejectedToo || !IsEjected(member, now),
            MemberPhase.Lost => lostToo,
            _ => false,
        };
}
