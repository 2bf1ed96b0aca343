using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using K8sLb.Protocol;

namespace K8sLb.Operator.Hub;

/// <summary>Reads a sidecar's lines with a bound on their length.</summary>
public sealed class SidecarLineReader(PipeReader input)
{
    /// <returns>Null at the end of the stream.</returns>
    /// <exception cref="BadLineException">Not a message of the contract; says why.</exception>
    public async ValueTask<SidecarMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                CheckLength(line.Length);
                var message = Parse(line);
                input.AdvanceTo(buffer.GetPosition(1, end));
                return message;
            }
            CheckLength(buffer.Length);
            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    private static void CheckLength(long length)
    {
        if (length > ControlStream.MaxSidecarLineBytes)
        {
            throw new BadLineException($"a line is longer than {ControlStream.MaxSidecarLineBytes} bytes");
        }
    }

    private static SidecarMessage Parse(in ReadOnlySequence<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            return JsonSerializer.Deserialize(ref json, ProtocolJson.Default.SidecarMessage)
                ?? throw new BadLineException("a line holds null; it must hold a message");
        }
        catch (JsonException e)
        {
            throw new BadLineException($"a line is no message: {e.Message}");
        }
    }
}

public sealed class BadLineException(string message) : Exception(message);
