using System.Net;
using System.Net.Sockets;
using System.Text;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>Sends back what it gets; when the client has ended its direction, it says its name and ends its own.</summary>
internal sealed class RawEchoServer : IAsyncDisposable
{
    private readonly Socket listener;
    private readonly byte[] name;
    private readonly Task accepting;

    public RawEchoServer(IPEndPoint at, string name)
    {
        this.name = Encoding.ASCII.GetBytes(name);
        listener = new(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(at);
        listener.Listen(1024);
        accepting = AcceptAsync();
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
                _ = EchoAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task EchoAsync(Socket client)
    {
        using (client)
        {
            var buffer = new byte[16 * 1024];
            try
            {
                for (int read; (read = await client.ReceiveAsync(buffer)) > 0; )
                {
                    await client.SendAsync(buffer.AsMemory(0, read));
                }
                await client.SendAsync(name);
                client.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // The client went.
            }
        }
    }
}
