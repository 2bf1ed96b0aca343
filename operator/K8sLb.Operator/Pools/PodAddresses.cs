using System.Net;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Operator.Pools;

/// <summary>Where a pod can be reached, as the cluster says: peers dial what a sidecar says, and that must be itself.</summary>
internal static class PodAddresses
{
    public static IReadOnlyList<string> Of(V1Pod pod) =>
        [
            .. new[] { pod.Status?.PodIP }
                .Concat((pod.Status?.PodIPs ?? []).Select(a => a.Ip))
                .OfType<string>()
                .Where(a => a.Length > 0)
                .Distinct(StringComparer.Ordinal),
        ];

    public static bool Include(IReadOnlyList<string> addresses, string said) =>
        IPAddress.TryParse(said, out var address)
        && addresses.Any(a => IPAddress.TryParse(a, out var own) && own.Equals(address));
}
