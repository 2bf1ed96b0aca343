using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Json;

namespace K8sLb.Kubernetes.Models;

/// <summary>metav1.ObjectMeta, without managedFields: they can be most of an object's size and nothing here reads them.</summary>
public sealed record V1ObjectMeta
{
    public string? Name { get; set; }
    public string? GenerateName { get; set; }

    [JsonPropertyName("namespace")]
    public string? NamespaceProperty { get; set; }
    public string? Uid { get; set; }
    public string? ResourceVersion { get; set; }
    public long? Generation { get; set; }

    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? CreationTimestamp { get; set; }

    /// <summary>When the grace period of a deletion ends, which is later than when it was asked for.</summary>
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? DeletionTimestamp { get; set; }
    public long? DeletionGracePeriodSeconds { get; set; }
    public IDictionary<string, string>? Labels { get; set; }
    public IDictionary<string, string>? Annotations { get; set; }
    public IList<V1OwnerReference>? OwnerReferences { get; set; }
    public IList<string>? Finalizers { get; set; }
}
