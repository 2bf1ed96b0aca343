using System.Net;
using System.Net.Sockets;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>
/// Says that it keeps connections alive, and closes each when its second request is already there: what a server does whose
/// idle timeout runs out in that moment.
/// </summary>
internal sealed class OneRequestServer(IPEndPoint at) : SocketServer(at)
{
    private int broken;

    /// <summary>Requests that were met with a close.</summary>
    public int Broken => Volatile.Read(ref broken);

    protected override async Task ServeAsync(Socket client)
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
