using System.Text.Json.Nodes;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.LocalCluster;
using K8sLb.TestKit;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>What a kubelet projects into a pod for its sidecar: the operator's authorities, and a token bound to the pod.</summary>
internal sealed class IdentityVolume(ControlPlane plane, IKubernetesClient client)
{
    public const string Authority = "ca.crt";
    public const string Token = "token";

    /// <summary>Returns when both files are there; the ConfigMap may come later than the pod.</summary>
    public async Task MountAsync(V1Pod pod, string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, Token), await TokenAsync(pod, ct), ct);
        string? authority = null;
        await Eventually.IsTrue(
            async () =>
            {
                var map = await client.GetAsync<V1ConfigMap>("k8slb-ca", pod.Namespace(), ct);
                return map?.Data?.TryGetValue(Authority, out authority) == true;
            },
            "the operator has published its authority",
            TimeSpan.FromSeconds(60),
            ct
        );
        await File.WriteAllTextAsync(Path.Combine(folder, Authority), authority, ct);
    }

    private async Task<string> TokenAsync(V1Pod pod, CancellationToken ct)
    {
        var request = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenRequest",
            ["spec"] = new JsonObject
            {
                ["audiences"] = new JsonArray("k8slb"),
                ["expirationSeconds"] = 3600,
                ["boundObjectRef"] = new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Pod",
                    ["name"] = pod.Name(),
                    ["uid"] = pod.Uid(),
                },
            },
        };
        var path = $"/api/v1/namespaces/{pod.Namespace()}/serviceaccounts/default/token";
        var answer = await plane.KubectlAsync(["create", "--raw", path, "-f", "-"], request.ToJsonString(), ct);
        return JsonNode.Parse(answer)!["status"]!["token"]!.GetValue<string>();
    }
}
