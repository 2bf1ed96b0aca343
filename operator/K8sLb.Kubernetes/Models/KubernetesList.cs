using System.Text.Json.Serialization;

namespace K8sLb.Kubernetes.Models;

/// <summary>A list as the API answers it. Items may lack apiVersion and kind on the wire; the types' defaults fill them.</summary>
public sealed record KubernetesList<T>
{
    public V1ListMeta Metadata { get; set; } = new();
    public IList<T> Items { get; set; } = [];

    /// <summary>Objects that are there, but not among the items.</summary>
    [JsonIgnore]
    public IReadOnlyList<UnreadableObject> Unreadable { get; set; } = [];
}

public sealed record V1ListMeta
{
    /// <summary>Where a watch continues without a gap.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Token for the next chunk; null or empty in the last one.</summary>
    [JsonPropertyName("continue")]
    public string? ContinueProperty { get; set; }
}
