using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Demo;

/// <summary>What a pod's object tells of it.</summary>
internal static class PodStates
{
    public static bool IsReady(this V1Pod pod) =>
        pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    public static bool IsTerminating(this V1Pod pod) => pod.Metadata.DeletionTimestamp is not null;

    /// <summary>Native, or among the others.</summary>
    public static bool HasSidecar(this V1Pod pod) =>
        (pod.Spec?.Containers ?? [])
            .Concat(pod.Spec?.InitContainers ?? [])
            .Any(c => c.Name == PodConventions.SidecarContainer);

    /// <summary>
    /// Deleted, and no container of it runs any more. Its object may stay for the rest of the grace period: a kubelet of 1.20
    /// that has removed the containers at times reports them as waiting, and then does not let the object go.
    /// </summary>
    public static bool HasEnded(this V1Pod pod) =>
        pod.IsTerminating() && (pod.Status?.ContainerStatuses ?? []).All(c => c.State?.Running is null);
}
