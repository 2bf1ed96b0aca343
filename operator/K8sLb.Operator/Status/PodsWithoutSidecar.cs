using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Mapping;

namespace K8sLb.Operator.Status;

/// <summary>
/// Pods that the pool selects and nobody injected: they were created before the pool, or while no operator could be reached
/// (failurePolicy Ignore lets them in). Nothing else shows it, since they serve as if the pool were not there.
/// </summary>
internal static class PodsWithoutSidecar
{
    /// <returns>Their names, in order; those left out that are on their way out, or opt out by label.</returns>
    public static IReadOnlyList<string> In(PoolView view) =>
        [.. view.Pods.Where(IsBare).Select(p => p.Name()).Order(StringComparer.Ordinal)];

    private static bool IsBare(V1Pod pod) =>
        !PodReader.HasSidecar(pod)
        && pod is { Metadata.DeletionTimestamp: null, Status.Phase: not ("Succeeded" or "Failed") }
        && !OptsOut(pod);

    private static bool OptsOut(V1Pod pod) =>
        pod.Metadata.Labels is { } labels
        && labels.TryGetValue(PodConventions.InjectLabel, out var inject)
        && inject == PodConventions.InjectDisabled;
}
