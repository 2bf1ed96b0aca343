using System.Globalization;
using System.Text.Json.Nodes;
using K8sLb.Core.Balancing;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Pools;

/// <summary>What a leader writes of its pools.</summary>
/// <param name="client">Fenced by the term.</param>
internal sealed class PoolWrites(IKubernetesClient client)
{
    private const string FieldManager = "k8slb-operator";

    public Task StatusAsync(ObjectKey pool, string uid, BackendPoolStatus status, CancellationToken token) =>
        client.ApplyStatusAsync(
            new BackendPool
            {
                Metadata = new V1ObjectMeta
                {
                    Name = pool.Name,
                    NamespaceProperty = pool.Namespace,
                    // Refused where the pool was deleted and made anew meanwhile.
                    Uid = uid,
                },
                Status = status,
            },
            FieldManager,
            force: true,
            token
        );

    public Task CostAsync(string @namespace, PodCost cost, CancellationToken token) =>
        client.PatchAsync<V1Pod>(
            V1Patch.Merge(
                new JsonObject
                {
                    ["metadata"] = new JsonObject
                    {
                        ["uid"] = cost.Uid,
                        ["annotations"] = new JsonObject
                        {
                            [PodConventions.DeletionCostAnnotation] = cost.Connections.ToString(
                                CultureInfo.InvariantCulture
                            ),
                        },
                    },
                }
            ),
            cost.Name,
            @namespace,
            token
        );
}
