using System.ComponentModel.DataAnnotations;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Operator.Api;

/// <summary>
/// crds/backendpools.k8slb.io.yaml as C# types; a test holds the two together: [Required] is the schema's required,
/// [AllowedValues] its enum, an initial value its default. Enums stay strings, so that an object written for a newer
/// schema is refused by validation, pool by pool, and does not break the list of all pools.
/// </summary>
[KubernetesEntity(Group = ApiGroup, ApiVersion = "v1alpha1", Kind = "BackendPool", PluralName = "backendpools")]
public sealed record BackendPool : IKubernetesObject<V1ObjectMeta>
{
    public const string ApiGroup = "k8slb.io";

    public string ApiVersion { get; set; } = ApiGroup + "/v1alpha1";
    public string Kind { get; set; } = "BackendPool";
    public V1ObjectMeta Metadata { get; set; } = new();

    [Required]
    public BackendPoolSpec? Spec { get; set; }
    public BackendPoolStatus? Status { get; set; }
}
