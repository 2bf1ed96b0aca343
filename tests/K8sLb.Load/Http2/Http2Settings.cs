using System.Buffers.Binary;

namespace K8sLb.Load;

/// <summary>What a client says first (RFC 9113 section 3.4), and what it heeds of the server's settings.</summary>
internal static class Http2Settings
{
    private const ushort HeaderTableSize = 0x1;
    private const ushort EnablePush = 0x2;
    private const ushort InitialWindowSize = 0x4;

    /// <summary>More than any response of the load, so that a stream never waits for its window.</summary>
    private const int StreamWindow = 1024 * 1024;

    public static byte[] Preface { get; } =
    [
        .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
        .. Http2FrameHeader.Frame(
            Http2FrameType.Settings,
            0,
            0,
            // No dynamic table: what HpackFields relies on.
            [.. Setting(HeaderTableSize, 0), .. Setting(EnablePush, 0), .. Setting(InitialWindowSize, StreamWindow)]
        ),
    ];

    /// <exception cref="RequestFailedException">The server takes less on a stream than this client sends unasked.</exception>
    public static void Check(ReadOnlySpan<byte> settings)
    {
        for (; settings.Length >= 6; settings = settings[6..])
        {
            var id = BinaryPrimitives.ReadUInt16BigEndian(settings);
            var value = BinaryPrimitives.ReadUInt32BigEndian(settings[2..]);
            if (id == InitialWindowSize && value < Http2Writer.MostOnAStream)
            {
                throw new RequestFailedException(
                    FailureKind.Protocol,
                    $"a window of {value} bytes is not provided for"
                );
            }
        }
    }

    private static byte[] Setting(ushort id, uint value)
    {
        var setting = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(setting, id);
        BinaryPrimitives.WriteUInt32BigEndian(setting.AsSpan(2), value);
        return setting;
    }
}
