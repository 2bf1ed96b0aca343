using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// A member whose circuit is open is named, and nothing else: its sidecar keeps work away from it by itself, and sooner than word
/// of it could get round.
/// </summary>
internal static class Circuits
{
    public static PoolDraft Apply(PoolDraft pool) =>
        pool.Refine(m =>
            m.Facts?.CircuitOpen is { } why && m.Next is { Phase: not (MemberPhase.Gone or MemberPhase.Lost) } next
                ? m with
                {
                    Why = $"{m.Why}; {why}",
                    Next = next with { CircuitOpenSince = m.Record?.CircuitOpenSince ?? pool.Now },
                }
                : m
        );
}
