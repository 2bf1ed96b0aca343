namespace K8sLb.Benchmarks;

/// <summary>The backends of one run on loopback, and what is put in front of them.</summary>
internal sealed class Stage : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("k8slb-bench-");
    private readonly List<MeasuredProcess> processes = [];
    private readonly WebSocketEcho echo = new();
    private readonly ByteSink sink = new();
    private readonly Dictionary<Service, int> backends;
    private int places;

    private Stage() =>
        backends = new()
        {
            [Service.Http1] = FreePorts.One(),
            [Service.Http2] = FreePorts.One(),
            [Service.WebSocket] = echo.Port,
            [Service.Tcp] = sink.Port,
        };

    /// <summary>With the backends up.</summary>
    public static async Task<Stage> Start()
    {
        var stage = new Stage();
        try
        {
            var nginx = NginxServer.Backend(stage.Place(new Dictionary<Service, int>()));
            stage.processes.Add(nginx);
            await nginx.WaitUntilReady(stage.backends[Service.Http1]);
            return stage;
        }
        catch
        {
            stage.Dispose();
            throw;
        }
    }

    public Contender Direct => new(ContenderNames.Direct, backends, null);

    /// <summary>Starts a contender and returns when it has answered, with the time that this took. The stage ends it.</summary>
    public async Task<(Contender Contender, TimeSpan ReadyAfter)> Enter(ContenderKind kind)
    {
        var ports = FreePorts.For(kind.Services);
        var process = kind.Start(Place(ports));
        processes.Add(process);
        var readyAfter = await process.WaitUntilReady(ports[Service.Http1]);
        return (new(kind.Name, ports, process), readyAfter);
    }

    public void Leave(Contender contender)
    {
        if (contender.Process is { } process)
        {
            processes.Remove(process);
            process.Dispose();
        }
    }

    public void Dispose()
    {
        // The backend is the first: nobody is to log that it is gone.
        foreach (var process in Enumerable.Reverse(processes))
        {
            process.Dispose();
        }
        echo.Dispose();
        sink.Dispose();
        folder.Delete(recursive: true);
    }

    private Placement Place(IReadOnlyDictionary<Service, int> ports) =>
        new(folder.CreateSubdirectory($"{places++}"), ports, backends);
}
