using System.Buffers;
using System.IO.Pipelines;

namespace K8sLb.Sidecar.Control;

/// <summary>Cuts a stream into lines of bounded length.</summary>
public sealed class LineReader(PipeReader input, int maxBytes)
{
    private SequencePosition? consumed;

    /// <returns>The line without its newline, valid until the next call; null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">The line is longer than allowed, or the stream ends within it.</exception>
    public async ValueTask<ReadOnlySequence<byte>?> ReadAsync(CancellationToken cancellation)
    {
        if (consumed is { } position)
        {
            input.AdvanceTo(position);
            consumed = null;
        }
        while (true)
        {
            var result = await input.ReadAsync(cancellation);
            var buffer = result.Buffer;
            var newline = buffer.PositionOf((byte)'\n');
            var line = newline is { } end ? buffer.Slice(0, end) : buffer;
            if (line.Length > maxBytes)
            {
                throw new InvalidDataException($"a line is longer than {maxBytes} bytes");
            }
            if (newline is { } found)
            {
                consumed = buffer.GetPosition(1, found);
                return line;
            }
            if (result.IsCompleted)
            {
                return buffer.IsEmpty
                    ? null
                    : throw new InvalidDataException($"the stream ended {buffer.Length} bytes into a line");
            }
            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}
