using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Listening;

/// <summary>Keeps one listener for each of the pool's ports and one for peers, as the snapshot in force asks.</summary>
public sealed class PoolListeners(
    SnapshotInForce snapshots,
    SidecarOptions options,
    PeerPort peerPort,
    IEnumerable<IDataPath> paths,
    SidecarMetrics metrics,
    ILogger<PoolListeners> log
) : BackgroundService
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(500);
    private readonly IDataPath[] paths = [.. paths];
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly Dictionary<int, OpenPort> open = [];
    private IAsyncDisposable? peers;
    private string problem = "no snapshot yet";
    private bool running;

    /// <summary>Why not every port is open, or an empty string.</summary>
    public string Problem => Volatile.Read(ref problem);

    /// <summary>Opens what is missing and closes what the pool no longer has. Does nothing before the start and after the stop.</summary>
    public async Task ReconcileAsync()
    {
        if (snapshots.Current is not { } snapshot)
        {
            return;
        }
        await one.WaitAsync();
        try
        {
            if (!running)
            {
                return;
            }
            var wanted = snapshot.Pool.Policy.Ports;
            foreach (var port in open.Values.Where(o => wanted.All(w => w.Port != o.Policy.Port)).ToList())
            {
                await CloseAsync(port);
            }
            var problems = new List<string>();
            peers ??= TryOpen("peers", options.PeerPort, ListenToPeers, problems);
            foreach (var port in wanted)
            {
                if (open.TryGetValue(port.Port, out var existing) && existing.Path.Carries(port))
                {
                    existing.Policy = port;
                    continue;
                }
                if (existing is not null)
                {
                    await CloseAsync(existing);
                }
                TryOpen(port, problems);
            }
            Volatile.Write(ref problem, string.Join("; ", problems));
        }
        finally
        {
            one.Release();
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        running = true;
        await ReconcileAsync();
        await base.StartAsync(cancellationToken);
    }

    /// <summary>A port that could not be opened is tried again until it can.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RetryEvery);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (Problem.Length > 0)
                {
                    await ReconcileAsync();
                }
            }
            catch (Exception e)
            {
                metrics.LoopFailures.Add(1, SidecarMetrics.Loop("listen"));
                SidecarLog.LoopFailed(log, "listen", e);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await one.WaitAsync(CancellationToken.None);
        running = false;
        foreach (var port in open.Values)
        {
            await port.Listener.DisposeAsync();
        }
        if (peers is not null)
        {
            await peers.DisposeAsync();
        }
        open.Clear();
        peers = null;
        one.Release();
    }

    public override void Dispose()
    {
        one.Dispose();
        base.Dispose();
    }

    private async ValueTask CloseAsync(OpenPort port)
    {
        open.Remove(port.Policy.Port);
        await port.Listener.DisposeAsync();
        SidecarLog.PortClosed(log, port.Policy.Name, port.Policy.Port);
    }

    private void TryOpen(PortPolicy policy, List<string> problems)
    {
        var path = paths.First(p => p.Carries(policy));
        var port = new OpenPort(policy, path);
        if (
            TryOpen(policy.Name, policy.Port, () => path.Listen(options.ListenAddress, () => port.Policy), problems) is
            { } listener
        )
        {
            port.Listener = listener;
            open.Add(policy.Port, port);
        }
    }

    private IAsyncDisposable? TryOpen(string name, int number, Func<IAsyncDisposable> listen, List<string> problems)
    {
        try
        {
            var listener = listen();
            SidecarLog.PortOpened(log, name, options.ListenAddress, number);
            return listener;
        }
        catch (SocketException e)
        {
            problems.Add($"port {number} ({name}) cannot be opened on {options.ListenAddress}: {e.Message}");
            metrics.LoopFailures.Add(1, SidecarMetrics.Loop("listen"));
            SidecarLog.PortNotOpened(log, name, options.ListenAddress, number, e.Message);
            return null;
        }
    }

    private PortListener ListenToPeers() =>
        PortListener.Open(options.ListenAddress, options.PeerPort, peerPort.ServeAsync, metrics, log);

    private sealed class OpenPort(PortPolicy policy, IDataPath path)
    {
        public IDataPath Path => path;

        public PortPolicy Policy
        {
            get => Volatile.Read(ref policy);
            set => Volatile.Write(ref policy, value);
        }
        public IAsyncDisposable Listener { get; set; } = null!;
    }
}
