using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Tests.Client;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(V1Condition))]
internal sealed partial class ConditionJson : JsonSerializerContext;
