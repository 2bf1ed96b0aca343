using System.Buffers.Binary;
using System.Text;

namespace K8sLb.Load.Tests;

/// <summary>The server's side of HTTP/2, frame by frame.</summary>
internal sealed class ScriptedHttp2(ScriptedConnection connection)
{
    private readonly HashSet<int> headed = [];

    public static byte[] Status200 { get; } = [0x88];
    public static byte[] Status503 { get; } = [0x08, 0x03, .. "503"u8];

    /// <summary>A server that goes through <paramref name="script"/> on every connection, its preface and settings done.</summary>
    public static ScriptedServer Serve(Func<ScriptedConnection, ScriptedHttp2, Task> script) =>
        new(async connection => await script(connection, await AcceptAsync(connection)));

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

    public static byte[] GrpcStatus(string status) =>
        [0x00, 11, .. "grpc-status"u8, (byte)status.Length, .. Encoding.ASCII.GetBytes(status)];

    /// <summary>The stream of the next request; other frames are passed over.</summary>
    public async Task<int> RequestAsync() => (await NextAsync(Http2FrameType.Headers)).Header.StreamId;

    /// <summary>The next message of a gRPC client; its header blocks are passed over.</summary>
    public async Task<(int Stream, byte[] Framed, bool IsLast)> MessageAsync()
    {
        var (header, payload) = await NextAsync(Http2FrameType.Data);
        return (header.StreamId, payload, header.Has(Http2FrameHeader.EndStream));
    }

    /// <summary>The next frame of that type; others are passed over.</summary>
    public async Task<(Http2FrameHeader Header, byte[] Payload)> NextAsync(Http2FrameType type)
    {
        while (true)
        {
            var bytes = new byte[Http2FrameHeader.Size];
            await connection.Stream.ReadExactlyAsync(bytes, connection.Stopping);
            var header = Http2FrameHeader.Parse(bytes);
            var payload = new byte[header.Length];
            await connection.Stream.ReadExactlyAsync(payload, connection.Stopping);
            if (header.Type == type)
            {
                return (header, payload);
            }
        }
    }

    /// <summary>As a gRPC server: a head before the first message of a stream, and the status after the last.</summary>
    public async Task EchoAsync((int Stream, byte[] Framed, bool IsLast) message, bool last, string status = "0")
    {
        if (headed.Add(message.Stream))
        {
            await SendAsync(Http2FrameType.Headers, Http2FrameHeader.EndHeaders, message.Stream, Status200);
        }
        await SendAsync(Http2FrameType.Data, 0, message.Stream, message.Framed);
        if (last)
        {
            await SendHeadersAsync(message.Stream, GrpcStatus(status));
        }
    }

    /// <summary>The last frame of a stream.</summary>
    public Task SendHeadersAsync(int stream, byte[] block) =>
        SendAsync(Http2FrameType.Headers, Http2FrameHeader.EndHeaders | Http2FrameHeader.EndStream, stream, block);

    public async Task RespondAsync(int stream, byte[] headerBlock)
    {
        await SendAsync(Http2FrameType.Headers, Http2FrameHeader.EndHeaders, stream, headerBlock);
        await SendAsync(Http2FrameType.Data, Http2FrameHeader.EndStream, stream, "pod-1"u8.ToArray());
    }

    public Task GoAwayAsync(int lastStream, uint error = 0) =>
        SendAsync(Http2FrameType.GoAway, 0, 0, [.. Number((uint)lastStream), .. Number(error)]);

    public Task ResetStreamAsync(int stream, uint error = 2) =>
        SendAsync(Http2FrameType.ResetStream, 0, stream, Number(error));

    public Task SendAsync(Http2FrameType type, byte flags, int stream, byte[] payload) =>
        connection.WriteAsync(Http2FrameHeader.Frame(type, flags, stream, payload));

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
