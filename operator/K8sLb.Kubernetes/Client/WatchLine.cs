using System.Buffers;
using System.Text.Json;
using K8sLb.Kubernetes.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>One line of a watch: <c>{"type": ..., "object": ...}</c>, where the type says what the object is.</summary>
internal static class WatchLine
{
    /// <exception cref="KubernetesException">The line is an error from the server.</exception>
    /// <exception cref="JsonException">The line cannot be read.</exception>
    public static WatchEvent<T> Parse<T>(ReadOnlySequence<byte> line, EntityType<T> type, string request)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var reader = new Utf8JsonReader(line);
        WatchEventType? kind = null;
        var isError = false;
        var content = default(Utf8JsonReader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                kind = Kind(ref reader);
                isError = reader.ValueTextEquals("ERROR"u8);
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                content = reader;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }
        if (content.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"{request}: a watch event without an object");
        }
        if (isError)
        {
            var status = JsonSerializer.Deserialize(ref content, KubernetesJson.Default.V1Status);
            throw new KubernetesException(request, status ?? new V1Status());
        }
        return Event(
            kind ?? throw new JsonException($"{request}: a watch event of an unknown type"),
            ref content,
            type
        );
    }

    private static WatchEventType? Kind(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("ADDED"u8) ? WatchEventType.Added
        : reader.ValueTextEquals("MODIFIED"u8) ? WatchEventType.Modified
        : reader.ValueTextEquals("DELETED"u8) ? WatchEventType.Deleted
        : reader.ValueTextEquals("BOOKMARK"u8) ? WatchEventType.Bookmark
        : null;

    private static WatchEvent<T> Event<T>(WatchEventType kind, ref Utf8JsonReader content, EntityType<T> type)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        if (kind == WatchEventType.Bookmark)
        {
            // Not as T: its other fields are empty, also those that an object of this type must have.
            var mark = JsonSerializer.Deserialize(ref content, WireJson.Default.MetadataObject);
            return new WatchEvent<T>(kind, null, Version(mark?.Metadata));
        }
        var start = content;
        try
        {
            var entity =
                JsonSerializer.Deserialize(ref content, type.Json)
                ?? throw new JsonException("a watch event with a null object");
            return new WatchEvent<T>(kind, entity, Version(entity.Metadata));
        }
        catch (JsonException e)
        {
            var bad = UnreadableReader.Read(ref start, e);
            return new WatchEvent<T>(kind, null, bad.Version, bad.Object);
        }
    }

    private static string Version(V1ObjectMeta? metadata) =>
        metadata?.ResourceVersion ?? throw new JsonException("a watch event without a resource version");
}
