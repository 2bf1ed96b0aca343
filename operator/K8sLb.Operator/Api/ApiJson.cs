using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Operator.Api;

/// <summary>The serialisers of BackendPool, with the options that the client's own types have.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(KubernetesList<BackendPool>))]
public sealed partial class ApiJson : JsonSerializerContext;
