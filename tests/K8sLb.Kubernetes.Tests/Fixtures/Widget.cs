using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Tests;

/// <summary>A custom resource whose schema checks nothing, so that it can be stored with fields of the wrong type.</summary>
[KubernetesEntity(Group = "example.org", ApiVersion = "v1alpha1", Kind = "Widget", PluralName = "widgets")]
internal sealed record Widget : IKubernetesObject<V1ObjectMeta>
{
    public const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.example.org}
        spec:
          group: example.org
          scope: Namespaced
          names: {plural: widgets, singular: widget, kind: Widget}
          versions:
          - name: v1alpha1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """;

    public string ApiVersion { get; set; } = "example.org/v1alpha1";
    public string Kind { get; set; } = "Widget";
    public V1ObjectMeta Metadata { get; set; } = new();
    public WidgetSpec? Spec { get; set; }
}

internal sealed record WidgetSpec
{
    public int Size { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(KubernetesList<Widget>))]
internal sealed partial class WidgetJson : JsonSerializerContext;
