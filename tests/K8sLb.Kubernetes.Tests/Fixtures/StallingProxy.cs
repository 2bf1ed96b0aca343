using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace K8sLb.Kubernetes.Tests;

/// <summary>
/// Forwards TCP to a server and can fail as networks do: a stalled connection stays open on both ends, but nothing passes any more.
/// </summary>
internal sealed class StallingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Connection> connections = [];
    private readonly Uri target;
    private readonly Task accepting;
    private volatile bool stallNew;
    private volatile bool refuseNew;

    public StallingProxy(Uri target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Url => new($"{target.Scheme}://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Present connections go silent for ever; new ones work.</summary>
    public void StallPresent()
    {
        foreach (var connection in connections)
        {
            connection.Stalled = true;
        }
    }

    /// <summary>The network is gone, without a word to anybody.</summary>
    public void StallAll()
    {
        stallNew = true;
        StallPresent();
    }

    /// <summary>Present connections end, new ones are closed at once.</summary>
    public void CutOff()
    {
        refuseNew = true;
        foreach (var connection in connections)
        {
            connection.Dispose();
        }
    }

    public void Restore()
    {
        stallNew = false;
        refuseNew = false;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        foreach (var connection in connections)
        {
            connection.Dispose();
        }
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                if (refuseNew)
                {
                    client.Dispose();
                    continue;
                }
                var server = new TcpClient();
                await server.ConnectAsync(target.Host, target.Port, stop.Token);
                var connection = new Connection(client, server) { Stalled = stallNew };
                connections.Add(connection);
                _ = connection.ForwardAsync(client, server);
                _ = connection.ForwardAsync(server, client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    private sealed class Connection(TcpClient client, TcpClient server) : IDisposable
    {
        private volatile bool stalled;

        public bool Stalled
        {
            get => stalled;
            set => stalled = value;
        }

        public async Task ForwardAsync(TcpClient from, TcpClient to)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                int read;
                while ((read = await from.GetStream().ReadAsync(buffer)) > 0)
                {
                    if (stalled)
                    {
                        return;
                    }
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
                }
                Dispose();
            }
            catch (Exception e)
                when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                Dispose();
            }
        }

        public void Dispose()
        {
            client.Dispose();
            server.Dispose();
        }
    }
}
