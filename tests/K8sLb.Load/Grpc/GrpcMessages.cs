using System.Buffers.Binary;

namespace K8sLb.Load;

/// <summary>Length-prefixed messages: a flag that says "not compressed", four bytes of length, the message.</summary>
internal sealed class GrpcMessages
{
    private const int PrefixSize = 5;
    private readonly List<byte> buffer = [];

    /// <summary>Nothing of a message is left over.</summary>
    public bool IsWhole => buffer.Count == 0;

    public static byte[] Frame(ReadOnlySpan<byte> message)
    {
        var frame = new byte[PrefixSize + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(PrefixSize));
        return frame;
    }

    /// <summary>The messages that are whole now.</summary>
    /// <exception cref="RequestFailedException">It is no message, or larger than any that was sent.</exception>
    public IReadOnlyList<byte[]> Take(ReadOnlySpan<byte> data)
    {
        buffer.AddRange(data);
        var messages = new List<byte[]>();
        while (buffer.Count >= PrefixSize)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian([.. buffer[1..PrefixSize]]);
            if (buffer[0] != 0 || length > Http2Writer.MostOnAStream)
            {
                throw new RequestFailedException(
                    FailureKind.Protocol,
                    $"a message with {buffer[0]} and {length} bytes"
                );
            }
            var size = PrefixSize + (int)length;
            if (buffer.Count < size)
            {
                break;
            }
            messages.Add([.. buffer[PrefixSize..size]]);
            buffer.RemoveRange(0, size);
        }
        return messages;
    }
}
