using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>An HTTP/1.1 client that shows what is on the wire, and does nothing of its own accord.</summary>
internal sealed class RawHttp : IAsyncDisposable
{
    private readonly Socket socket;
    private readonly NetworkStream stream;
    private readonly byte[] one = new byte[1];

    private RawHttp(Socket socket)
    {
        this.socket = socket;
        stream = new(socket, ownsSocket: true);
    }

    /// <param name="from">The client's own address; any where it does not matter.</param>
    public static async Task<RawHttp> ConnectAsync(IPEndPoint to, IPAddress? from = null)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (from is not null)
        {
            socket.Bind(new IPEndPoint(from, 0));
        }
        await socket.ConnectAsync(to);
        return new(socket);
    }

    public async Task SendAsync(string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    public Task GetAsync(string target) => SendAsync($"GET {target} HTTP/1.1\r\nHost: shop.test\r\n\r\n");

    public async Task<RawResponse> RequestAsync(string target)
    {
        await GetAsync(target);
        return await ReadAsync();
    }

    /// <returns>The first answer that asks to close; those before it left the connection open.</returns>
    public async Task<RawResponse> RequestUntilAskedToCloseAsync()
    {
        RawResponse? answer = null;
        await Eventually.IsTrue(async () => (answer = await RequestAsync("/")).AsksToClose, "an answer asks to close");
        return answer!;
    }

    public Task SendAsync(ReadOnlyMemory<byte> content) => stream.WriteAsync(content).AsTask();

    /// <summary>Asks for a WebSocket; the answer is the caller's to read.</summary>
    public Task OpenWebSocketAsync(string target) =>
        SendAsync(
            $"GET {target} HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );

    /// <summary>FIN; the other direction stays open.</summary>
    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>RST, as of a client whose process has died with bytes unread.</summary>
    public void Reset()
    {
        socket.LingerState = new(true, 0);
        socket.Dispose();
    }

    /// <summary>The bytes until the end of a head, which is part of them.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                throw new IOException($"the connection ended after \"{head}\"");
            }
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    /// <summary>Bytes until the end; a reset ends them as well.</summary>
    public async Task<long> CountToEndAsync() => (await ReadToEndAsync()).Bytes;

    /// <summary>How the server ended the connection: RST, or FIN.</summary>
    public async Task<bool> EndsInResetAsync() => (await ReadToEndAsync()).IsReset;

    public async Task<RawResponse> ReadAsync()
    {
        var lines = (await ReadHeadAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines
            .Skip(1)
            .Select(l => l.Split(": ", 2))
            .ToLookup(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        var length = int.Parse(headers["Content-Length"].FirstOrDefault() ?? "-1", CultureInfo.InvariantCulture);
        var body = length >= 0 ? await ReadExactlyAsync(length) : await ReadChunksAsync();
        return new(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, body);
    }

    /// <summary>True where the server has closed without another byte; waits for it.</summary>
    public async Task<bool> EndsAsync() =>
        await stream.ReadAsync(one).AsTask().WaitAsync(TimeSpan.FromSeconds(20)) == 0;

    public bool IsOpen => !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0);

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<(long Bytes, bool IsReset)> ReadToEndAsync()
    {
        var buffer = new byte[64 * 1024];
        long total = 0;
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer)) > 0; )
            {
                total += read;
            }
            return (total, false);
        }
        catch (IOException e)
            when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return (total, true);
        }
    }

    private async Task<string> ReadExactlyAsync(int length)
    {
        var body = new byte[length];
        await stream.ReadExactlyAsync(body);
        return Encoding.Latin1.GetString(body);
    }

    private async Task<string> ReadChunksAsync()
    {
        var body = new StringBuilder();
        while (true)
        {
            var size = new StringBuilder();
            while (!size.ToString().EndsWith("\r\n", StringComparison.Ordinal))
            {
                await stream.ReadExactlyAsync(one);
                size.Append((char)one[0]);
            }
            var length = int.Parse(size.ToString().Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Append(await ReadExactlyAsync(length));
            await ReadExactlyAsync(2);
            if (length == 0)
            {
                return body.ToString();
            }
        }
    }
}

internal sealed record RawResponse(int Status, ILookup<string, string> Headers, string Body)
{
    public bool AsksToClose => Headers["Connection"].Contains("close", StringComparer.OrdinalIgnoreCase);
    public string? ServedBy => Headers["x-served-by"].FirstOrDefault();
}
