using System.Buffers.Binary;

namespace K8sLb.Load;

/// <summary>What a client says first (RFC 9113 section 3.4).</summary>
internal static class Http2Preface
{
    /// <summary>More than any response of the load, so that a stream never waits for its window.</summary>
    private const int StreamWindow = 1024 * 1024;

    public static byte[] Bytes { get; } =
    [
        .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
        .. Http2FrameHeader.Frame(
            Http2FrameType.Settings,
            0,
            0,
            // No dynamic table: what HpackStatus relies on.
            [.. Setting(0x1, 0), .. Setting(0x2, 0), .. Setting(0x4, StreamWindow)]
        ),
    ];

    private static byte[] Setting(ushort id, uint value)
    {
        var setting = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(setting, id);
        BinaryPrimitives.WriteUInt32BigEndian(setting.AsSpan(2), value);
        return setting;
    }
}
