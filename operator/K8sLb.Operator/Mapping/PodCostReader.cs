using System.Globalization;
using K8sLb.Core.Balancing;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Hub;

namespace K8sLb.Operator.Mapping;

/// <summary>What is known of the cost of a pool's pods.</summary>
internal static class PodCostReader
{
    /// <summary>Pods that somebody could still choose to keep, and whose sidecar has said what it has.</summary>
    public static IReadOnlyList<PodCost> Read(
        IEnumerable<V1Pod> pods,
        IReadOnlyDictionary<string, MemberState> members
    ) =>
        [
            .. pods.Where(p => p.Metadata.DeletionTimestamp is null && p.Status?.Phase is not ("Succeeded" or "Failed"))
                .Select(p => (Pod: p, members.GetValueOrDefault(p.Uid())?.Report))
                .Where(p => p.Report is not null)
                .Select(p => new PodCost(p.Pod.Uid(), p.Pod.Name(), Written(p.Pod), p.Report!.Connections.Total)),
        ];

    private static int? Written(V1Pod pod) =>
        int.TryParse(
            pod.GetAnnotation(PodConventions.DeletionCostAnnotation),
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var cost
        )
            ? cost
            : null;
}
