using System.Buffers.Binary;

namespace K8sLb.Sidecar.Relay.Framing.Http2;

/// <summary>The frames that a relay puts between those of the application.</summary>
internal static class FrameBuilder
{
    public const int GoAwaySize = FrameHeader.Size + 8;
    public const int PingSize = FrameHeader.Size + 8;
    public const int WindowUpdateSize = FrameHeader.Size + 4;

    /// <summary>The last stream of a shutdown's first phase (RFC 9113 section 6.8).</summary>
    public const uint EveryStream = int.MaxValue;

    /// <summary>The server's preface, where the application has not sent one: no settings beside the defaults.</summary>
    public static int Settings(Span<byte> to)
    {
        new FrameHeader(0, FrameType.Settings, FrameFlags.None, 0).Write(to);
        return FrameHeader.Size;
    }

    public static int GoAway(Span<byte> to, uint lastStream, Http2Error error)
    {
        new FrameHeader(8, FrameType.GoAway, FrameFlags.None, 0).Write(to);
        BinaryPrimitives.WriteUInt32BigEndian(to[FrameHeader.Size..], lastStream);
        BinaryPrimitives.WriteUInt32BigEndian(to[(FrameHeader.Size + 4)..], (uint)error);
        return GoAwaySize;
    }

    public static int Ping(Span<byte> to, ulong opaque)
    {
        new FrameHeader(8, FrameType.Ping, FrameFlags.None, 0).Write(to);
        BinaryPrimitives.WriteUInt64BigEndian(to[FrameHeader.Size..], opaque);
        return PingSize;
    }

    /// <summary>Gives back the connection's flow-control window for content that was not passed on.</summary>
    public static int WindowUpdate(Span<byte> to, uint increment)
    {
        new FrameHeader(4, FrameType.WindowUpdate, FrameFlags.None, 0).Write(to);
        BinaryPrimitives.WriteUInt32BigEndian(to[FrameHeader.Size..], increment);
        return WindowUpdateSize;
    }
}
