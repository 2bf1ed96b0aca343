using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Races;

/// <summary>HTTP/2: no stream after GOAWAY; one above GOAWAY's last was not processed (RFC 9113 section 6.8).</summary>
internal sealed class Http2Racer : IRacer
{
    private const int Second = 3;
    private static readonly byte[] Block =
    [
        .. RawHttp2.Literal(":method", "GET"),
        .. RawHttp2.Literal(":scheme", "http"),
        .. RawHttp2.Literal(":path", "/"),
        .. RawHttp2.Literal(":authority", "shop.test"),
    ];

    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<RaceFate> fate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly Socket socket;
    private readonly NetworkStream stream;
    private Task reading = Task.CompletedTask;
    private int lastStream = int.MaxValue;
    private bool toldToGo;

    private Http2Racer(Socket socket)
    {
        this.socket = socket;
        stream = new(socket, ownsSocket: true);
    }

    public Task<RaceFate> Fate => fate.Task;

    public bool IsTold
    {
        get
        {
            lock (gate)
            {
                return toldToGo;
            }
        }
    }

    public static async Task<IRacer> OpenAsync(IPEndPoint to)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(to);
        var racer = new Http2Racer(socket);
        racer.Send([
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
            .. RawHttp2.Frame(RawHttp2.Settings, 0, 0, []),
            .. Get(1),
        ]);
        racer.reading = racer.ReadAsync();
        await racer.first.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return racer;
    }

    public void Fire()
    {
        lock (gate)
        {
            if (toldToGo)
            {
                fate.TrySetResult(RaceFate.Moved);
                return;
            }
            Send(Get(Second));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        await reading;
    }

    private async Task ReadAsync()
    {
        var head = new byte[9];
        try
        {
            while (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false) == head.Length)
            {
                var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await stream.ReadExactlyAsync(payload);
                Take(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            // It broke: what was not answered by now will not be.
        }
        first.TrySetException(new IOException("ended before the first answer"));
        lock (gate)
        {
            toldToGo = true;
            fate.TrySetResult(lastStream < Second ? RaceFate.Moved : RaceFate.Lost);
        }
    }

    private void Take(byte type, byte flags, int id, byte[] payload)
    {
        if (type is RawHttp2.Settings or RawHttp2.Ping && (flags & RawHttp2.Ack) == 0)
        {
            lock (gate)
            {
                Send(RawHttp2.Frame(type, RawHttp2.Ack, 0, type == RawHttp2.Ping ? payload : []));
            }
        }
        else if (type == RawHttp2.GoAway)
        {
            lock (gate)
            {
                toldToGo = true;
                lastStream = BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue;
            }
        }
        else if (type is RawHttp2.Headers or RawHttp2.Data && (flags & RawHttp2.EndStream) != 0)
        {
            if (id == Second)
            {
                fate.TrySetResult(RaceFate.Answered);
            }
            else
            {
                first.TrySetResult();
            }
        }
    }

    private void Send(byte[] bytes)
    {
        try
        {
            socket.Send(bytes);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The reader sees the end, and knows what it means for a request.
        }
    }

    private static byte[] Get(int id) =>
        RawHttp2.Frame(RawHttp2.Headers, RawHttp2.EndStream | RawHttp2.EndHeaders, id, Block);
}
