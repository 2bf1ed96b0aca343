using System.Text.Json;
using K8sLb.Kubernetes.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>Finds out which object it is that cannot be read.</summary>
internal static class UnreadableReader
{
    /// <exception cref="JsonException">Not even its metadata can be.</exception>
    public static (UnreadableObject Object, string Version) Read(ref Utf8JsonReader content, JsonException problem)
    {
        var metadata = JsonSerializer.Deserialize(ref content, WireJson.Default.MetadataObject)?.Metadata;
        if (metadata is not { Name: { } name, ResourceVersion: { } version })
        {
            throw problem;
        }
        return (new UnreadableObject(new ObjectKey(metadata.NamespaceProperty ?? "", name), problem.Message), version);
    }
}
