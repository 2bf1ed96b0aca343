using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Tests;

internal static class TestObjects
{
    /// <summary>Without a node, so that it is gone as soon as it is deleted.</summary>
    public static V1Pod Pod(string @namespace, string name, params (string Key, string Value)[] labels) =>
        new()
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                NamespaceProperty = @namespace,
                Labels = labels.ToDictionary(l => l.Key, l => l.Value),
            },
            Spec = new V1PodSpec { Containers = [new V1Container { Name = "app", Image = "app" }] },
        };

    public static V1ConfigMap ConfigMap(string @namespace, string name, params (string Key, string Value)[] data) =>
        new()
        {
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = @namespace },
            Data = data.ToDictionary(d => d.Key, d => d.Value),
        };
}
