using System.Net;
using System.Net.Sockets;
using System.Text;

namespace K8sLb.Sidecar.Tests.Races;

/// <summary>HTTP/1.1: a connection that has ended is not used again; a request that was sent is never sent twice.</summary>
internal sealed class Http1Racer : IRacer
{
    private static readonly byte[] Request = "GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n"u8.ToArray();
    private readonly TaskCompletionSource<RaceFate> fate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Socket socket;

    private Http1Racer(Socket socket) => this.socket = socket;

    public Task<RaceFate> Fate => fate.Task;

    /// <summary>Of what comes unasked there is the end alone.</summary>
    public bool IsTold => socket.Poll(0, SelectMode.SelectRead);

    public static async Task<IRacer> OpenAsync(IPEndPoint to)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(to);
        var racer = new Http1Racer(socket);
        socket.Send(Request);
        (await racer.AnswerAsync()).ShouldBe(RaceFate.Answered);
        return racer;
    }

    public void Fire()
    {
        try
        {
            if (IsTold)
            {
                fate.SetResult(RaceFate.Moved);
                return;
            }
            socket.Send(Request);
        }
        catch (SocketException)
        {
            fate.SetResult(RaceFate.Lost);
            return;
        }
        _ = AwaitAnswerAsync();
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AwaitAnswerAsync() => fate.SetResult(await AnswerAsync());

    private async Task<RaceFate> AnswerAsync()
    {
        var buffer = new byte[1024];
        try
        {
            for (var length = 0; length < buffer.Length; )
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(length));
                if (read == 0)
                {
                    return RaceFate.Lost;
                }
                length += read;
                if (IsWhole(buffer.AsSpan(0, length)))
                {
                    return buffer.AsSpan().StartsWith("HTTP/1.1 200 "u8) ? RaceFate.Answered : RaceFate.Refused;
                }
            }
        }
        catch (SocketException)
        {
            // Reset: not answered.
        }
        return RaceFate.Lost;
    }

    /// <summary>The answers to this request have short content, by length or in one chunk.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> message)
    {
        var head = message.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }
        const string Length = "\r\nContent-Length: ";
        var text = Encoding.ASCII.GetString(message[..(head + 2)]);
        var at = text.IndexOf(Length, StringComparison.Ordinal);
        return at < 0
            ? message.EndsWith("\r\n0\r\n\r\n"u8)
            : message.Length - head - 4
                == int.Parse(
                    text.AsSpan((at + Length.Length)..text.IndexOf('\r', at + Length.Length)),
                    System.Globalization.CultureInfo.InvariantCulture
                );
    }
}
