using System.Net;
using System.Net.Sockets;
using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Listening;

/// <summary>
/// One listening socket and its accept loop. Below any HTTP server, so that listeners come and go with the snapshot, stay
/// open while the process drains, and feed whichever data path a port asks for.
/// </summary>
public sealed class PortListener : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stop = new();
    private readonly Socket socket;
    private readonly Func<Socket, Task> serve;
    private readonly SidecarMetrics metrics;
    private readonly ILogger log;
    private readonly Task accepting;

    private PortListener(Socket socket, Func<Socket, Task> serve, SidecarMetrics metrics, ILogger log)
    {
        (this.socket, this.serve, this.metrics, this.log) = (socket, serve, metrics, log);
        accepting = Task.Run(AcceptAsync);
    }

    /// <exception cref="SocketException">The address cannot be had.</exception>
    public static PortListener Open(
        IPAddress address,
        int port,
        Func<Socket, Task> serve,
        SidecarMetrics metrics,
        ILogger log
    ) => new(ListeningSocket.Open(new(address, port)), serve, metrics, log);

    /// <summary>Stops accepting; connections that were accepted go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        socket.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var pause = FirstPause;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var client = await socket.AcceptAsync(stop.Token);
                pause = FirstPause;
                _ = ServeAsync(client);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Out of descriptors, most likely: a pause lets connections end, and keeps the loop from spinning.
                metrics.LoopFailures.Add(1, SidecarMetrics.Loop("accept"));
                SidecarLog.AcceptFailed(log, socket.LocalEndPoint, e);
                await Task.Delay(Jitter(pause), CancellationToken.None);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            await serve(client);
        }
        catch (Exception e)
        {
            SidecarLog.ConnectionFailed(log, e);
            client.Dispose();
        }
    }

    private static TimeSpan Jitter(TimeSpan pause) => pause * (0.5 + Random.Shared.NextDouble());
}
