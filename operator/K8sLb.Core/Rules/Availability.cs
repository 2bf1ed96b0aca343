using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// Peers send work to members in service that are not ejected. Where none is left, lost ones are offered: a broken stream says
/// little about a pod that Kubernetes calls ready, and an empty pool serves nobody.
/// </summary>
internal static class Availability
{
    public static PoolDraft Apply(PoolDraft pool)
    {
        var panic = !pool.Members.Any(m => Offered(m, pool.Now, lostToo: false));
        return pool.Refine(m => m with { Available = Offered(m, pool.Now, lostToo: panic) });
    }

    private static bool Offered(MemberDraft member, DateTimeOffset now, bool lostToo) =>
        member.FullWeight > 0
        && member.Next?.Phase switch
        {
            MemberPhase.Warming or MemberPhase.Active => member.Next.Ejection is not { } ejection
                || ejection.Until <= now,
            MemberPhase.Lost => lostToo,
            _ => false,
        };
}
