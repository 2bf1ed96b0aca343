using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>An HTTP/2 client that shows the frames. Header blocks it sends are literals; those it gets are not decoded.</summary>
internal sealed class RawHttp2 : IAsyncDisposable
{
    public const byte Data = 0x0;
    public const byte Headers = 0x1;
    public const byte ResetStream = 0x3;
    public const byte Settings = 0x4;
    public const byte Ping = 0x6;
    public const byte GoAway = 0x7;
    public const byte WindowUpdate = 0x8;
    public const int EndStream = 0x1;
    public const int EndHeaders = 0x4;
    public const int Ack = 0x1;

    private readonly NetworkStream stream;
    private int nextStream = 1;

    private RawHttp2(Socket socket) => stream = new(socket, ownsSocket: true);

    public static async Task<RawHttp2> ConnectAsync(IPEndPoint to)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(to);
        var client = new RawHttp2(socket);
        await client.SendAsync(Preface);
        return client;
    }

    /// <returns>The stream's number.</returns>
    public async Task<int> GetAsync(string path)
    {
        var id = nextStream;
        nextStream += 2;
        await SendAsync(Get(id, path));
        return id;
    }

    /// <summary>What a client sends first, with a request as its first stream.</summary>
    public static byte[] Opening(string path) => [.. Preface, .. Get(1, path)];

    /// <summary>The next frame that is neither SETTINGS nor WINDOW_UPDATE; null at the connection's end.</summary>
    public async Task<RawFrame?> NextAsync()
    {
        while (true)
        {
            var head = new byte[9];
            if (
                await stream
                    .ReadAtLeastAsync(head, 9, throwOnEndOfStream: false)
                    .AsTask()
                    .WaitAsync(TimeSpan.FromSeconds(20)) < 9
            )
            {
                return null;
            }
            var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await stream.ReadExactlyAsync(payload);
            var frame = new RawFrame(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
            if (frame.Type == Settings && (frame.Flags & Ack) == 0)
            {
                await SendAsync(Settings, Ack, 0, []);
            }
            if (frame.Type is not (Settings or WindowUpdate))
            {
                return frame;
            }
        }
    }

    /// <summary>Reads until the stream has ended; other frames on the way are given to <paramref name="others"/>.</summary>
    public async Task UntilEndOfAsync(int id, List<RawFrame> others)
    {
        while (await NextAsync() is { } frame)
        {
            if (frame.Stream != id)
            {
                others.Add(frame);
            }
            else if ((frame.Flags & EndStream) != 0 && frame.Type is Data or Headers)
            {
                return;
            }
        }
        throw new IOException($"the connection ended before stream {id} did");
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    public Task SendAsync(byte[] bytes) => stream.WriteAsync(bytes).AsTask();

    /// <summary>A field that is neither compressed nor indexed (RFC 7541 section 6.2.2).</summary>
    public static byte[] Literal(string name, string value) =>
        [
            0x00,
            (byte)name.Length,
            .. Encoding.ASCII.GetBytes(name),
            (byte)value.Length,
            .. Encoding.ASCII.GetBytes(value),
        ];

    private static byte[] Preface => [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])];

    private static byte[] Get(int id, string path) =>
        Frame(
            Headers,
            EndStream | EndHeaders,
            id,
            [
                .. Literal(":method", "GET"),
                .. Literal(":scheme", "http"),
                .. Literal(":path", path),
                .. Literal(":authority", "shop.test"),
            ]
        );

    private Task SendAsync(byte type, int flags, int id, byte[] payload) => SendAsync(Frame(type, flags, id, payload));

    public static byte[] Frame(byte type, int flags, int id, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[1] = (byte)(payload.Length >> 8);
        frame[2] = (byte)payload.Length;
        frame[3] = type;
        frame[4] = (byte)flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
        payload.CopyTo(frame, 9);
        return frame;
    }
}

internal sealed record RawFrame(byte Type, byte Flags, int Stream, byte[] Payload)
{
    /// <summary>Of a GOAWAY.</summary>
    public int LastStream => BinaryPrimitives.ReadInt32BigEndian(Payload);
}
