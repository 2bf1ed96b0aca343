using System.Buffers;
using System.Net.Sockets;
using K8sLb.Sidecar.Connections;

namespace K8sLb.Sidecar.Tcp;

/// <summary>
/// Copies bytes between a client and where it is served until both directions have ended. An end of one direction passes
/// as such (FIN), so that protocols which half-close keep working.
/// </summary>
internal sealed class TcpRelay(Socket client, Socket server, ConnectionRegistry registry)
{
    private const int BufferBytes = 64 * 1024;

    /// <returns>False where a side broke off instead of ending.</returns>
    public async Task<bool> RunAsync(TrackedConnection connection)
    {
        // Its first bytes make it an arrival: a load balancer's bare connect is none.
        var up = PumpAsync(client, server, connection, registry);
        var down = PumpAsync(server, client, connection, arrivals: null);
        if (!await await Task.WhenAny(up, down))
        {
            // The other direction has nobody left to talk to.
            Abort();
        }
        return await up & await down;
    }

    public void Abort()
    {
        client.Dispose();
        server.Dispose();
    }

    private static async Task<bool> PumpAsync(
        Socket from,
        Socket to,
        TrackedConnection connection,
        ConnectionRegistry? arrivals
    )
    {
        try
        {
            while (true)
            {
                // An empty read waits without a buffer: an idle connection holds no memory.
                await from.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
                var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                try
                {
                    var received = await from.ReceiveAsync(buffer.AsMemory(), SocketFlags.None);
                    if (received == 0)
                    {
                        to.Shutdown(SocketShutdown.Send);
                        return true;
                    }
                    connection.NoteActivity();
                    arrivals?.NoteArrival();
                    arrivals = null;
                    for (var sent = 0; sent < received; )
                    {
                        sent += await to.SendAsync(buffer.AsMemory(sent, received - sent), SocketFlags.None);
                    }
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
