using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// A sidecar that does not speak may not be there: nobody sends it work until it speaks again, when it goes on as before.
/// </summary>
internal static class SilentMembers
{
    public static PoolDraft Apply(PoolDraft pool) =>
        pool.Refine(member =>
        {
            if (member.Next is not { Phase: MemberPhase.Active } next || !pool.IsSilent(member))
            {
                return member;
            }
            var at = Instants.Later(pool.LostAt(member)!.Value, next.InServiceSince!.Value);
            var since = member.Before is MemberPhase.Lost ? member.Record!.Since : at;
            return member with
            {
                Why = "its sidecar does not speak",
                Next = next with { Phase = MemberPhase.Lost, Since = since },
            };
        });
}
