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

    // What goes on after an answer is over when memory has not changed by more than this for a second.
    private const long Unchanged = 128 * 1024;
    private const int ReadingsAlike = 10;
    private const int MostReadings = 100;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

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
            var atStart = await SettledBytesAsync(contender.Process!);
            var port = contender.Ports[Service.Http1];
            Warm(port);
            var warm = await SettledBytesAsync(contender.Process!);
            var idle = new List<HttpClientSocket>();
            try
            {
                Open(port, kind.PinsBackend ? IdleConnectionsInPairs : IdleConnections, idle);
                var withIdle = await SettledBytesAsync(contender.Process!);
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

    private static async Task<long> SettledBytesAsync(MeasuredProcess process)
    {
        var settled = process.ResidentBytes();
        using var pace = new PeriodicTimer(Pace);
        for (int reading = 0, alike = 0; reading < MostReadings && alike < ReadingsAlike; reading++)
        {
            await pace.WaitForNextTickAsync();
            var now = process.ResidentBytes();
            alike = Math.Abs(now - settled) <= Unchanged ? alike + 1 : 0;
            settled = alike == 0 ? now : settled;
        }
        return settled;
    }

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
