namespace K8sLb.Benchmarks;

/// <summary>What a contender takes without traffic.</summary>
internal sealed record Footprint(
    double ReadyMs,
    double ResidentMbAtStart,
    double ResidentMbWithIdleConnections,
    double BytesPerIdleConnection
)
{
    private const int IdleConnections = 10_000;

    /// <summary>Where each holds a connection to the backend too: 20,000 descriptors are a usual limit of a process.</summary>
    private const int IdleConnectionsInPairs = 9_500;

    /// <summary>For what goes on after the first answer to be over.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);
    private const int WarmRequests = 2_000;

    /// <summary>Of a process of its own, which has served nothing before; the time to ready is the median of some starts.</summary>
    public static async Task<Footprint> Of(ContenderKind kind, Stage stage, int starts)
    {
        var ready = new List<double>();
        for (var i = 1; i < starts; i++)
        {
            var (early, after) = await stage.Enter(kind);
            ready.Add(after.TotalMilliseconds);
            stage.Leave(early);
        }
        var (contender, readyAfter) = await stage.Enter(kind);
        ready.Add(readyAfter.TotalMilliseconds);
        try
        {
            await Task.Delay(Settle);
            var atStart = contender.Process!.ResidentBytes();
            var port = contender.Ports[Service.Http1];
            Warm(port);
            await Task.Delay(Settle);
            var warm = contender.Process.ResidentBytes();
            var idle = new List<HttpClientSocket>();
            try
            {
                Open(port, kind.PinsBackend ? IdleConnectionsInPairs : IdleConnections, idle);
                await Task.Delay(Settle);
                var withIdle = contender.Process.ResidentBytes();
                return new(
                    Median.Of(ready),
                    Megabytes(atStart),
                    Megabytes(withIdle),
                    Math.Round((withIdle - warm) / (double)idle.Count)
                );
            }
            finally
            {
                idle.ForEach(client => client.Dispose());
            }
        }
        finally
        {
            stage.Leave(contender);
        }
    }

    public static double Megabytes(long bytes) => Math.Round(bytes / 1048576.0, 1);

    /// <summary>What serving at all takes is not to be counted as the connections'.</summary>
    private static void Warm(int port)
    {
        using var client = new HttpClientSocket(port, "/small");
        var buffer = new byte[16 * 1024];
        for (var i = 0; i < WarmRequests; i++)
        {
            client.Get(buffer);
        }
    }

    private static void Open(int port, int count, List<HttpClientSocket> into)
    {
        var buffer = new byte[16 * 1024];
        for (var i = 0; i < count; i++)
        {
            into.Add(new HttpClientSocket(port, "/small"));
            into[^1].Get(buffer);
        }
    }
}
