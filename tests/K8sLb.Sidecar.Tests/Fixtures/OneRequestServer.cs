using System.Net;
using System.Net.Sockets;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>
/// Says that it keeps connections alive, and closes each when its second request is already there: what a server does whose
/// idle timeout runs out in that moment.
/// </summary>
internal sealed class OneRequestServer : IAsyncDisposable
{
    private readonly Socket listener;
    private readonly Task accepting;
    private int broken;

    public OneRequestServer(IPEndPoint at)
    {
        listener = new(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(at);
        listener.Listen(16);
        accepting = AcceptAsync();
    }

    /// <summary>Requests that were met with a close.</summary>
    public int Broken => Volatile.Read(ref broken);

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            var buffer = new byte[16 * 1024];
            await client.ReceiveAsync(buffer);
            await client.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
            if (await client.ReceiveAsync(buffer) > 0)
            {
                Interlocked.Increment(ref broken);
            }
        }
    }
}
