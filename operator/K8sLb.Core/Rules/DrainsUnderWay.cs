using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// A drain by choice goes on while one of its triggers lasts, and is cancelled by leaving the member to the later rules.
/// </summary>
internal static class DrainsUnderWay
{
    public static PoolDraft Apply(PoolDraft pool) =>
        pool.Decide(member =>
        {
            if (Drains.UnderWay(member, pool) is not { } drain)
            {
                return null;
            }
            if (member.DrainRequested || (pool.Spec.Paused && drain.Reason is DrainReason.Requested))
            {
                return Drains.Enter(member, drain, DrainReason.Requested, pool, "a drain was requested");
            }
            // Until the release begins, the floor may still hold it back: DrainsByChoice decides.
            var releasing =
                member.Before is MemberPhase.Draining or MemberPhase.Drained or MemberPhase.Forced
                || drain.RampDownEndsAt <= pool.Now;
            return member.Ailment is { } ailment && releasing
                ? Drains.Enter(member, drain, ailment.Reason, pool, ailment.Why)
                : null;
        });
}
