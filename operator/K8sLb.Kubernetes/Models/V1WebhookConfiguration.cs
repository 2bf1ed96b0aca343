namespace K8sLb.Kubernetes.Models;

/// <summary>As far as a webhook's server writes it itself: the authorities that the API server is to know it by. For server-side apply.</summary>
[KubernetesEntity(
    Group = "admissionregistration.k8s.io",
    ApiVersion = "v1",
    Kind = "MutatingWebhookConfiguration",
    PluralName = "mutatingwebhookconfigurations"
)]
public sealed record V1MutatingWebhookConfiguration : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "admissionregistration.k8s.io/v1";
    public string Kind { get; set; } = "MutatingWebhookConfiguration";
    public V1ObjectMeta Metadata { get; set; } = new();
    public IList<V1Webhook>? Webhooks { get; set; }
}

/// <inheritdoc cref="V1MutatingWebhookConfiguration"/>
[KubernetesEntity(
    Group = "admissionregistration.k8s.io",
    ApiVersion = "v1",
    Kind = "ValidatingWebhookConfiguration",
    PluralName = "validatingwebhookconfigurations"
)]
public sealed record V1ValidatingWebhookConfiguration : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "admissionregistration.k8s.io/v1";
    public string Kind { get; set; } = "ValidatingWebhookConfiguration";
    public V1ObjectMeta Metadata { get; set; } = new();
    public IList<V1Webhook>? Webhooks { get; set; }
}

public sealed record V1Webhook
{
    /// <summary>The key in its list.</summary>
    public string? Name { get; set; }
    public V1WebhookClientConfig? ClientConfig { get; set; }
}

public sealed record V1WebhookClientConfig
{
    /// <summary>PEM, in base64 on the wire.</summary>
    public byte[]? CaBundle { get; set; }
}
