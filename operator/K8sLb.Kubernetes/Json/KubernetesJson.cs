using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Json;

/// <summary>
/// Serialisers of the built-in types. A context for further types takes the same options: camelCase, nulls left out
/// (a null would clear a field in a merge patch).
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(KubernetesList<V1Pod>))]
[JsonSerializable(typeof(KubernetesList<V1Lease>))]
[JsonSerializable(typeof(KubernetesList<V1ConfigMap>))]
[JsonSerializable(typeof(KubernetesList<V1Secret>))]
[JsonSerializable(typeof(KubernetesList<Eventsv1Event>))]
[JsonSerializable(typeof(KubernetesList<V1TokenReview>))]
[JsonSerializable(typeof(KubernetesList<V1MutatingWebhookConfiguration>))]
[JsonSerializable(typeof(KubernetesList<V1ValidatingWebhookConfiguration>))]
[JsonSerializable(typeof(ServerVersion))]
[JsonSerializable(typeof(V1Status))]
[JsonSerializable(typeof(V1DeleteOptions))]
public sealed partial class KubernetesJson : JsonSerializerContext;
