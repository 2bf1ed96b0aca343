using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>Ready, and nothing asks for a drain: the member takes work, or comes back to it.</summary>
internal static class Serving
{
    public static PoolDraft Apply(PoolDraft pool) => pool.Decide(m => Enter(m, pool, "ready"));

    public static MemberDraft Enter(MemberDraft member, PoolDraft pool, string why)
    {
        var stays = member.Before is MemberPhase.Warming or MemberPhase.Active or MemberPhase.Lost;
        var since = stays ? member.Record!.InServiceSince ?? member.Record.Since : pool.Now;
        var draft = member.To(MemberPhase.Active, pool.Now, why);
        return draft with
        {
            Next = draft.Next! with
            {
                InServiceSince = since,
                WarmingSince = stays ? member.Record!.WarmingSince : null,
            },
        };
    }
}
