using System.Net;
using System.Net.Sockets;
using System.Text;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>Sends back what it gets; when the client has ended its direction, it says its name and ends its own.</summary>
internal sealed class RawEchoServer(IPEndPoint at, string name) : SocketServer(at)
{
    protected override async Task ServeAsync(Socket client)
    {
        var buffer = new byte[16 * 1024];
        for (int read; (read = await client.ReceiveAsync(buffer)) > 0; )
        {
            await client.SendAsync(buffer.AsMemory(0, read));
        }
        await client.SendAsync(Encoding.ASCII.GetBytes(name));
        client.Shutdown(SocketShutdown.Send);
    }
}
