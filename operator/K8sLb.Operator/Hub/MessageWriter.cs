using System.Buffers;
using System.Text.Json;
using K8sLb.Protocol;

namespace K8sLb.Operator.Hub;

/// <summary>Lines from the operator, written straight into the response's buffer.</summary>
public static class MessageWriter
{
    public static void Write(IBufferWriter<byte> output, OperatorMessage message)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            JsonSerializer.Serialize(json, message, ProtocolJson.Default.OperatorMessage);
        }
        EndLine(output);
    }

    /// <summary>
    /// An <see cref="OperatorMessage"/> with a <see cref="MemberSnapshot"/> whose pool was serialised before; a test reads it
    /// back through the contract's own serialiser.
    /// </summary>
    public static void WriteSnapshot(
        IBufferWriter<byte> output,
        PoolPublication publication,
        SelfDirective self,
        string nonce,
        DateTimeOffset sentAt
    )
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteStartObject("snapshot");
            json.WriteNumber("epoch", publication.Epoch);
            json.WriteNumber("version", publication.Version);
            json.WriteString("nonce", nonce);
            json.WriteString("sentAt", sentAt);
            json.WritePropertyName("self");
            JsonSerializer.Serialize(json, self, ProtocolJson.Default.SelfDirective);
            json.WritePropertyName("pool");
            json.WriteRawValue(publication.Pool.Span, skipInputValidation: true);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        EndLine(output);
    }

    private static void EndLine(IBufferWriter<byte> output) => output.Write("\n"u8);
}
