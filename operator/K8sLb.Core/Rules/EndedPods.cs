using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>Nothing runs any more in a pod that has succeeded or failed.</summary>
internal static class EndedPods
{
    public static PoolDraft Apply(PoolDraft pool) =>
        pool.Decide(member =>
            member.Pod.Terminated || member.Before is MemberPhase.Gone
                ? member.To(MemberPhase.Gone, pool.Now, "the pod has ended")
                : null
        );
}
