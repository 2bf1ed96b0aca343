using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>Deletion cannot be refused: the drain counts from the request, whatever the floor and a pause say.</summary>
internal static class DeletedPods
{
    public static PoolDraft Apply(PoolDraft pool) =>
        pool.Decide(member =>
            member.Pod.DeletionRequestedAt is { } requested && member.WasAttached
                ? Drains.Enter(
                    member,
                    Drains.UnderWay(member, pool)
                        ?? Drains.Begin(member, pool.Spec, DrainReason.PodDeleted, requested, requested),
                    DrainReason.PodDeleted,
                    pool,
                    "the pod is being deleted"
                )
                : null
        );
}
