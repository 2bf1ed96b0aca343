namespace K8sLb.Kubernetes.Models;

[KubernetesEntity(ApiVersion = "v1", Kind = "ConfigMap", PluralName = "configmaps")]
public sealed record V1ConfigMap : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "v1";
    public string Kind { get; set; } = "ConfigMap";
    public V1ObjectMeta Metadata { get; set; } = new();
    public IDictionary<string, string>? Data { get; set; }
    public bool? Immutable { get; set; }
}
