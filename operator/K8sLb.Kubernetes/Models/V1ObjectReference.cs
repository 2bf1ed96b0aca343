using System.Text.Json.Serialization;

namespace K8sLb.Kubernetes.Models;

public sealed record V1ObjectReference
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }

    [JsonPropertyName("namespace")]
    public string? NamespaceProperty { get; set; }
    public string? Name { get; set; }
    public string? Uid { get; set; }
    public string? ResourceVersion { get; set; }
}
