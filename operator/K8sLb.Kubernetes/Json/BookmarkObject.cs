using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Json;

/// <summary>The object of a bookmark, of which only the resource version means something.</summary>
internal sealed record BookmarkObject
{
    public V1ObjectMeta? Metadata { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BookmarkObject))]
internal sealed partial class BookmarkJson : JsonSerializerContext;
