using System.Buffers.Binary;

namespace K8sLb.Sidecar.Relay.Framing.Http2;

/// <summary>The nine bytes before each payload (RFC 9113 section 4.1).</summary>
internal readonly record struct FrameHeader(int PayloadLength, FrameType Type, FrameFlags Flags, uint StreamId)
{
    public const int Size = 9;

    /// <summary>What a peer may send before it has seen other settings (section 4.2).</summary>
    public const int DefaultMaxPayload = 16_384;

    public bool Has(FrameFlags flag) => (Flags & flag) != 0;

    public static FrameHeader Read(ReadOnlySpan<byte> bytes) =>
        new(
            bytes[0] << 16 | bytes[1] << 8 | bytes[2],
            (FrameType)bytes[3],
            (FrameFlags)bytes[4],
            BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]) & int.MaxValue
        );

    public void Write(Span<byte> bytes)
    {
        bytes[0] = (byte)(PayloadLength >> 16);
        bytes[1] = (byte)(PayloadLength >> 8);
        bytes[2] = (byte)PayloadLength;
        bytes[3] = (byte)Type;
        bytes[4] = (byte)Flags;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[5..], StreamId);
    }
}
