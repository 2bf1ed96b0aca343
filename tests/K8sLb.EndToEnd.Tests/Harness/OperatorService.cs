using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>
/// Plays the Service in front of the operators: each connection goes to one of them, chosen at random, and is refused where that one does
/// not run, as before a kube-proxy has heard of it.
/// </summary>
internal sealed class OperatorService : IAsyncDisposable
{
    private const int Port = 15010;

    private readonly TcpListener listener;
    private readonly IReadOnlyList<IPEndPoint> replicas;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<Task, bool> connections = [];
    private readonly Task accepting;

    public OperatorService(IPAddress address, IEnumerable<IPAddress> replicas)
    {
        this.replicas = [.. replicas.Select(r => new IPEndPoint(r, Port))];
        Url = new Uri($"https://{address}:{Port}");
        listener = new TcpListener(address, Port);
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Url { get; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(connections.Keys);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                var serving = ServeAsync(client);
                connections[serving] = true;
                _ = serving.ContinueWith(done => connections.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var replica = new TcpClient();
        using (client)
        {
            try
            {
                await replica.ConnectAsync(Random.Shared.GetItems([.. replicas], 1)[0], stop.Token);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(replica.GetStream(), stop.Token),
                    replica.GetStream().CopyToAsync(client.GetStream(), stop.Token)
                );
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Refused, as the client finds by the end of its connection.
            }
        }
    }
}
