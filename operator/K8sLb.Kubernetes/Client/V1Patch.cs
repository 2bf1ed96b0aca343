using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace K8sLb.Kubernetes;

/// <summary>A JSON merge patch (RFC 7386): fields given replace, null removes, lists are replaced whole.</summary>
public sealed class V1Patch
{
    private V1Patch(ReadOnlyMemory<byte> content) => Content = content;

    public ReadOnlyMemory<byte> Content { get; }

    public static V1Patch Merge(JsonObject patch)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            patch.WriteTo(writer);
        }
        return new V1Patch(buffer.ToArray());
    }

    public static V1Patch Merge<TPatch>(TPatch patch, JsonTypeInfo<TPatch> json) =>
        new(JsonSerializer.SerializeToUtf8Bytes(patch, json));
}
