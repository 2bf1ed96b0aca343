using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>A member takes no work before its pod is ready and its sidecar has attached.</summary>
internal static class NotInServiceYet
{
    public static PoolDraft Apply(PoolDraft pool) =>
        pool.Decide(member =>
            !member.Served && WhatIsMissing(member, pool) is { } missing
                ? member.To(MemberPhase.Pending, pool.Now, missing)
                : null
        );

    private static string? WhatIsMissing(MemberDraft member, PoolDraft pool) =>
        member switch
        {
            { Deleted: true } => "being deleted before it was in service",
            // A drain that is found under way says that it was in service, under an operator before this one.
            { Pod.Ready: false } when Drains.UnderWay(member, pool) is null => "not ready yet",
            { Facts: null, Pod.HasSidecar: false } =>
                "it has no sidecar: it was created before its pool or while no operator could be reached, or opts out",
            { Facts: null } => "its sidecar has not attached yet",
            { Facts.Ailing: { } ailing } when Drains.UnderWay(member, pool) is null =>
                $"the health check fails: {ailing}",
            _ when pool.IsSilent(member) => "its sidecar does not speak",
            _ => null,
        };
}
