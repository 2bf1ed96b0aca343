namespace K8sLb.Kubernetes.Models;

[KubernetesEntity(ApiVersion = "v1", Kind = "Secret", PluralName = "secrets")]
public sealed record V1Secret : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "v1";
    public string Kind { get; set; } = "Secret";
    public V1ObjectMeta Metadata { get; set; } = new();

    /// <summary>Cannot be changed after creation.</summary>
    public string? Type { get; set; }

    /// <summary>Base64 on the wire, plain bytes here.</summary>
    public IDictionary<string, byte[]>? Data { get; set; }
}
