using System.Net;
using System.Net.Sockets;

namespace K8sLb.Sidecar.Tests.Overload;

/// <summary>A client of bare TCP that may find its connection ended at any moment.</summary>
internal sealed class EchoClient(Socket socket) : IAsyncDisposable
{
    public static async Task<EchoClient> ConnectAsync(IPEndPoint to)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(to);
        return new(socket);
    }

    /// <summary>False where the connection ended instead.</summary>
    public async Task<bool> EchoAsync()
    {
        try
        {
            await socket.SendAsync("?"u8.ToArray());
            return await socket.ReceiveAsync(new byte[1]) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
