using System.Buffers.Binary;

namespace K8sLb.Load;

/// <summary>Frame types that this client knows (RFC 9113 section 6); others are ignored, as section 4.1 asks.</summary>
internal enum Http2FrameType : byte
{
    Data = 0,
    Headers = 1,
    ResetStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

internal readonly record struct Http2FrameHeader(int Length, Http2FrameType Type, byte Flags, int StreamId)
{
    public const int Size = 9;
    public const byte EndStream = 0x1;
    public const byte Ack = 0x1;
    public const byte EndHeaders = 0x4;
    public const byte Padded = 0x8;
    public const byte Priority = 0x20;

    /// <summary>The default of SETTINGS_MAX_FRAME_SIZE, which this client does not raise.</summary>
    public const int MaxLength = 16 * 1024;

    public bool Has(byte flag) => (Flags & flag) != 0;

    /// <exception cref="RequestFailedException">The frame is longer than this client allows.</exception>
    public static Http2FrameHeader Parse(ReadOnlySpan<byte> bytes)
    {
        var length = bytes[0] << 16 | bytes[1] << 8 | bytes[2];
        return length <= MaxLength
            ? new(length, (Http2FrameType)bytes[3], bytes[4], StreamIdIn(bytes[5..]))
            : throw new RequestFailedException(FailureKind.Protocol, $"a frame of {length} bytes");
    }

    /// <summary>A DATA or HEADERS frame's payload without its padding.</summary>
    public ReadOnlySpan<byte> Content(ReadOnlySpan<byte> payload) =>
        !Has(Padded) ? payload
        : payload.Length > 0 && payload.Length > payload[0] ? payload[1..^payload[0]]
        : throw new RequestFailedException(FailureKind.Protocol, "more padding than frame");

    /// <summary>The highest bit is reserved.</summary>
    public static int StreamIdIn(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32BigEndian(bytes) & int.MaxValue;

    public static byte[] Frame(Http2FrameType type, byte flags, int streamId, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[Size + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        frame[1] = (byte)(payload.Length >> 8);
        frame[2] = (byte)payload.Length;
        frame[3] = (byte)type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame.AsSpan(Size));
        return frame;
    }
}
