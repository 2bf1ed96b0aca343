using System.Buffers.Binary;

namespace K8sLb.Load.Tests;

/// <summary>The server's side of HTTP/2, frame by frame.</summary>
internal sealed class ScriptedHttp2(ScriptedConnection connection)
{
    public static byte[] Status200 { get; } = [0x88];
    public static byte[] Status503 { get; } = [0x08, 0x03, .. "503"u8];

    public static async Task<ScriptedHttp2> AcceptAsync(ScriptedConnection connection)
    {
        await connection.Stream.ReadExactlyAsync(
            new byte["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".Length],
            connection.Stopping
        );
        var server = new ScriptedHttp2(connection);
        await server.SendAsync(Http2FrameType.Settings, 0, 0, []);
        return server;
    }

    /// <summary>The stream of the next request; other frames are passed over.</summary>
    public async Task<int> RequestAsync()
    {
        while (true)
        {
            var header = new byte[Http2FrameHeader.Size];
            await connection.Stream.ReadExactlyAsync(header, connection.Stopping);
            var frame = Http2FrameHeader.Parse(header);
            await connection.Stream.ReadExactlyAsync(new byte[frame.Length], connection.Stopping);
            if (frame.Type == Http2FrameType.Headers)
            {
                return frame.StreamId;
            }
        }
    }

    public async Task RespondAsync(int stream, byte[] headerBlock)
    {
        await SendAsync(Http2FrameType.Headers, Http2FrameHeader.EndHeaders, stream, headerBlock);
        await SendAsync(Http2FrameType.Data, Http2FrameHeader.EndStream, stream, "pod-1"u8.ToArray());
    }

    public Task GoAwayAsync(int lastStream, uint error = 0) =>
        SendAsync(Http2FrameType.GoAway, 0, 0, [.. Number((uint)lastStream), .. Number(error)]);

    public Task ResetStreamAsync(int stream) => SendAsync(Http2FrameType.ResetStream, 0, stream, Number(2));

    public Task SendAsync(Http2FrameType type, byte flags, int stream, byte[] payload) =>
        connection.WriteAsync(Http2FrameHeader.Frame(type, flags, stream, payload));

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
