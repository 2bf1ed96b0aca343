using System.Net;
using System.Net.Sockets;
using System.Text;

namespace K8sLb.Relay.Tests.Harness;

/// <summary>One end of a connection, byte for byte; every read is bounded, so that a test fails instead of hanging.</summary>
internal sealed class Wire(Socket socket) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<byte> ahead = [];

    public Socket Socket => socket;

    public static async Task<Wire> DialAsync(IPEndPoint to)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(to);
        return new Wire(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var sent = 0; sent < bytes.Length; )
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent), patience.Token);
        }
    }

    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    /// <summary>Everything up to and with the end of a head.</summary>
    public Task<string> ReadHeadAsync() => ReadUntilAsync("\r\n\r\n");

    public async Task<string> ReadUntilAsync(string end)
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. ahead]);
            var at = text.IndexOf(end, StringComparison.Ordinal);
            if (at >= 0)
            {
                return Take(at + end.Length);
            }
            if (!await MoreAsync())
            {
                throw new EndOfStreamException($"ended after: {text}");
            }
        }
    }

    public async Task<string> ReadAsync(int length) => Encoding.Latin1.GetString(await ReadBytesAsync(length));

    public async Task<byte[]> ReadBytesAsync(int length)
    {
        while (ahead.Count < length)
        {
            if (!await MoreAsync())
            {
                throw new EndOfStreamException($"ended after {ahead.Count} of {length} bytes");
            }
        }
        var taken = ahead[..length].ToArray();
        ahead.RemoveRange(0, length);
        return taken;
    }

    /// <summary>A head and its content by Content-Length.</summary>
    public async Task<string> ReadMessageAsync()
    {
        var head = await ReadHeadAsync();
        var length = head.Split("\r\n")
            .Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(line => int.Parse(line.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture))
            .FirstOrDefault();
        return head + await ReadAsync(length);
    }

    /// <summary>What is left until FIN.</summary>
    public async Task<string> ReadToEndAsync()
    {
        while (await MoreAsync()) { }
        return Take(ahead.Count);
    }

    /// <summary>What is left until FIN, for large amounts.</summary>
    public async Task<long> CountToEndAsync(Action<ReadOnlyMemory<byte>>? see = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        var total = 0L;
        var buffer = new byte[256 * 1024];
        for (int count; (count = await socket.ReceiveAsync(buffer, patience.Token)) > 0; total += count)
        {
            see?.Invoke(buffer.AsMemory(0, count));
        }
        return total;
    }

    public async Task ShouldEndAsync() => (await ReadToEndAsync()).ShouldBe("");

    public async Task ShouldBeResetAsync() =>
        (await Should.ThrowAsync<SocketException>(async () => await ReadToEndAsync())).SocketErrorCode.ShouldBe(
            SocketError.ConnectionReset
        );

    public void Dispose() => socket.Dispose();

    private string Take(int length)
    {
        var text = Encoding.Latin1.GetString([.. ahead[..length]]);
        ahead.RemoveRange(0, length);
        return text;
    }

    private async Task<bool> MoreAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var buffer = new byte[65_536];
        var count = await socket.ReceiveAsync(buffer, patience.Token);
        ahead.AddRange(buffer.AsSpan(0, count));
        return count > 0;
    }
}
