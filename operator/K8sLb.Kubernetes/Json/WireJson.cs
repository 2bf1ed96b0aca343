using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Json;

/// <summary>Pieces of objects that only this assembly sends or reads.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BookmarkObject))]
[JsonSerializable(typeof(EventSeriesPatch))]
internal sealed partial class WireJson : JsonSerializerContext;

/// <summary>The object of a bookmark, of which only the resource version means something.</summary>
internal sealed record BookmarkObject
{
    public V1ObjectMeta? Metadata { get; set; }
}

/// <summary>The only field of an event that the server lets change.</summary>
internal sealed record EventSeriesPatch
{
    public required Eventsv1EventSeries Series { get; init; }
}
