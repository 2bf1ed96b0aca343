using System.Net;
using System.Net.Sockets;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>One port for two servers, one of each HTTP version, as applications of other platforms have it.</summary>
internal sealed class VersionSplitter(IPEndPoint at, IPEndPoint http1, IPEndPoint http2) : IAsyncDisposable
{
    private readonly Socket listener = new(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    private readonly HashSet<Socket> open = [];
    private Task accepting = Task.CompletedTask;

    public void Start()
    {
        listener.Bind(at);
        listener.Listen(1024);
        accepting = AcceptAsync();
    }

    /// <summary>Every open connection breaks at once, as where a process is killed; new ones are taken.</summary>
    public void Break()
    {
        lock (open)
        {
            foreach (var client in open)
            {
                client.LingerState = new(true, 0);
                client.Dispose();
            }
            open.Clear();
        }
    }

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
                _ = SplitAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task SplitAsync(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            lock (open)
            {
                open.Add(client);
            }
            var first = new byte[4];
            try
            {
                var seen = await client.ReceiveAsync(first, SocketFlags.Peek);
                var to = first.AsSpan(0, seen).SequenceEqual("PRI "u8) ? http2 : http1;
                using var server = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await server.ConnectAsync(to);
                await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // One of them went.
            }
            finally
            {
                lock (open)
                {
                    open.Remove(client);
                }
            }
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer)) > 0; )
            {
                await to.SendAsync(buffer.AsMemory(0, read));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
