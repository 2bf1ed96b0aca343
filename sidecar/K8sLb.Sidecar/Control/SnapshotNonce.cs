using System.Buffers;
using System.Text.Json;

namespace K8sLb.Sidecar.Control;

/// <summary>Finds what a refusal must quote in a line that is JSON but no usable message.</summary>
public static class SnapshotNonce
{
    /// <returns>Empty where there is none.</returns>
    public static string Find(in ReadOnlySequence<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("snapshot", out var snapshot)
                && snapshot.ValueKind == JsonValueKind.Object
                && snapshot.TryGetProperty("nonce", out var nonce)
                && nonce.ValueKind == JsonValueKind.String
                ? nonce.GetString()!
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
