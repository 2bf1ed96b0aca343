using System.Net;
using System.Net.Sockets;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>One port for two servers, one of each HTTP version, as applications of other platforms have it.</summary>
internal sealed class VersionSplitter(IPEndPoint at, IPEndPoint http1, IPEndPoint http2) : SocketServer(at)
{
    private readonly HashSet<Socket> open = [];

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

    protected override async Task ServeAsync(Socket client)
    {
        lock (open)
        {
            open.Add(client);
        }
        try
        {
            var first = new byte[4];
            var seen = await client.ReceiveAsync(first, SocketFlags.Peek);
            var to = first.AsSpan(0, seen).SequenceEqual("PRI "u8) ? http2 : http1;
            using var server = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await server.ConnectAsync(to);
            await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client));
        }
        finally
        {
            lock (open)
            {
                open.Remove(client);
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
