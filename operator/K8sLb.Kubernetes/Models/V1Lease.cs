using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Json;

namespace K8sLb.Kubernetes.Models;

[KubernetesEntity(Group = "coordination.k8s.io", ApiVersion = "v1", Kind = "Lease", PluralName = "leases")]
public sealed record V1Lease : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "coordination.k8s.io/v1";
    public string Kind { get; set; } = "Lease";
    public V1ObjectMeta Metadata { get; set; } = new();
    public V1LeaseSpec? Spec { get; set; }
}

public sealed record V1LeaseSpec
{
    /// <summary>Null or empty: nobody holds the lease.</summary>
    public string? HolderIdentity { get; set; }
    public int? LeaseDurationSeconds { get; set; }
    public int? LeaseTransitions { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; set; }
}
