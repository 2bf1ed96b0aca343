using System.Text.Json.Serialization;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Json;

/// <summary>Pieces of objects that only this assembly sends or reads.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MetadataObject))]
[JsonSerializable(typeof(V1ListMeta))]
[JsonSerializable(typeof(EventSeriesPatch))]
internal sealed partial class WireJson : JsonSerializerContext;

/// <summary>Any object, of which only the metadata is wanted: the mark of a watch, or one whose other fields cannot be read.</summary>
internal sealed record MetadataObject
{
    public V1ObjectMeta? Metadata { get; set; }
}

/// <summary>The only field of an event that the server lets change.</summary>
internal sealed record EventSeriesPatch
{
    public required Eventsv1EventSeries Series { get; init; }
}
