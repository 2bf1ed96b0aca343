using System.Net;
using System.Net.Sockets;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>A bare listening socket: what it accepts is served by its kind, and closed behind that.</summary>
internal abstract class SocketServer(IPEndPoint at) : IAsyncDisposable
{
    private const int Backlog = 1024;
    private readonly Socket listener = new(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    private Task accepting = Task.CompletedTask;

    public IPEndPoint EndPoint => at;

    public void Start()
    {
        listener.Bind(at);
        listener.Listen(Backlog);
        accepting = AcceptAsync();
    }

    /// <summary>Accepts no more; what was accepted goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting;
    }

    /// <summary>It may end in the client's going.</summary>
    protected abstract Task ServeAsync(Socket client);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeToEndAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ServeToEndAsync(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await ServeAsync(client);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The client, or whoever it was passed on to, went.
            }
        }
    }
}
