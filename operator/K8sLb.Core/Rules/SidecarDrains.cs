using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>What a sidecar drains on its own (preStop, SIGTERM) is adopted as it is: it will end, told or not.</summary>
internal static class SidecarDrains
{
    public static PoolDraft Apply(PoolDraft pool) =>
        pool.Decide(member =>
            Drains.UnderWay(member, pool) is { } drain && drain.Reason.IsIrrevocable()
                ? Drains.Enter(member, drain, drain.Reason, pool, Why(drain.Reason))
                : null
        );

    private static string Why(DrainReason reason) =>
        reason switch
        {
            DrainReason.PreStop => "the kubelet called preStop",
            DrainReason.Sigterm => "the sidecar was told to end",
            _ => "the sidecar knows of the pod's deletion",
        };
}
