using System.Net;
using System.Net.Sockets;

namespace K8sLb.Benchmarks;

/// <summary>All servers of one run: the backend, and each contender in front of it, up at the same time on loopback.</summary>
internal sealed class Stage : IDisposable
{
    private readonly List<MeasuredProcess> processes = [];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("k8slb-bench-");

    public List<Contender> Contenders { get; } = [];

    public static async Task<Stage> Start()
    {
        var stage = new Stage();
        try
        {
            var backend = FreePort();
            await stage.Add(NginxServer.Backend(stage.folder, backend), backend);
            stage.Contenders.Add(new Contender("direct", backend, null));
            await stage.Contend("proxy", port => SidecarProxy.Start(stage.folder, port, backend));
            await stage.Contend("haproxyHttp", port => HaproxyServer.Http(stage.folder, port, backend));
            await stage.Contend("nginxHttp", port => NginxServer.Proxy(stage.folder, port, backend));
            return stage;
        }
        catch
        {
            stage.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var process in processes)
        {
            process.Dispose();
        }
        folder.Delete(recursive: true);
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task Contend(string name, Func<int, MeasuredProcess> start)
    {
        var port = FreePort();
        Contenders.Add(new Contender(name, port, await Add(start(port), port)));
    }

    private async Task<MeasuredProcess> Add(MeasuredProcess process, int port)
    {
        processes.Add(process);
        await process.WaitUntilListening(port);
        return process;
    }
}
