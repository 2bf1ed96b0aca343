using System.Text.Json;
using K8sLb.Load;
using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.Demo;

/// <summary>The sample application in the cluster, in one of its two forms.</summary>
internal sealed class ShopDeployment(DemoCluster demo)
{
    private const string Name = "shop";

    /// <summary>For the Service to answer, in seconds.</summary>
    private const int LongestWait = 90;

    public ICluster Cluster => demo.Cluster;

    /// <summary>What the manifests of both acts leave open.</summary>
    public static Dictionary<string, string> Values(string operatorAddress) =>
        new()
        {
            ["APP_IMAGE"] = LocalImages.SampleApp,
            ["SIDECAR_IMAGE"] = LocalImages.Sidecar,
            ["OPERATOR_ADDRESS"] = operatorAddress,
            ["REPLICAS"] = "4",
            ["MAX_SURGE"] = "1",
            ["RELEASES_PER_SECOND"] = "200",
        };

    /// <summary>Applies manifests and waits until all pods are ready.</summary>
    public async Task DeployAsync(
        IEnumerable<string> files,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    )
    {
        foreach (var file in files)
        {
            await Cluster.ApplyAsync(await Manifest.ReadAsync(file, values), cancellation);
        }
        if (demo.NodeAddress is not null)
        {
            await Cluster.KubectlAsync(
                ["patch", "service", Name, "--patch", """{"spec": {"type": "NodePort"}}"""],
                null,
                cancellation
            );
        }
        await RolledOutAsync(cancellation);
    }

    public async Task RestartAsync(CancellationToken cancellation)
    {
        await Cluster.KubectlAsync(["rollout", "restart", $"deployment/{Name}"], null, cancellation);
        await RolledOutAsync(cancellation);
    }

    public async Task ScaleAsync(int replicas, CancellationToken cancellation)
    {
        await Cluster.KubectlAsync(["scale", $"deployment/{Name}", $"--replicas={replicas}"], null, cancellation);
        await RolledOutAsync(cancellation);
    }

    public Task RemoveAsync(CancellationToken cancellation) =>
        Cluster.KubectlAsync(
            ["delete", "deployment,service", Name, "--cascade=foreground", "--ignore-not-found", "--timeout=120s"],
            null,
            cancellation
        );

    /// <summary>The load on the Service: its ClusterIP, or its node ports where a node's address was given.</summary>
    public async Task<LoadOrder> OrderAsync(LoadPlan plan)
    {
        using var service = JsonDocument.Parse(await Cluster.KubectlAsync("get", "service", Name, "-o", "json"));
        var spec = service.RootElement.GetProperty("spec");
        return new(Address("http"), Address("h2"), Name, plan);

        string Address(string port)
        {
            var entry = spec.GetProperty("ports")
                .EnumerateArray()
                .Single(p => p.GetProperty("name").GetString() == port);
            return demo.NodeAddress is { } node
                ? $"{node}:{entry.GetProperty("nodePort").GetInt32()}"
                : $"{spec.GetProperty("clusterIP").GetString()}:{entry.GetProperty("port").GetInt32()}";
        }
    }

    /// <summary>A few requests on connections of their own, until all of them succeed: kube-proxy has seen the endpoints.</summary>
    public async Task AnswersAsync(LoadOrder order, CancellationToken cancellation)
    {
        var probe = order with
        {
            AwaitSeconds = LongestWait,
            Plan = new LoadPlan(20, MaxRequests: 40, NewConnection: new() { PerSecond = 50, MaxConcurrent = 10 }),
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(LongestWait));
        while (true)
        {
            await using var load = await LoadProcess.StartAsync(Cluster, probe);
            var report = await load.Report.WaitAsync(cancellation);
            if (report.Failed == 0)
            {
                return;
            }
            if (limit.IsCancellationRequested)
            {
                throw new DemoException($"the Service does not answer: {report.Failures[0].Message}");
            }
        }
    }

    private async Task RolledOutAsync(CancellationToken cancellation)
    {
        try
        {
            await Cluster.KubectlAsync(
                ["rollout", "status", $"deployment/{Name}", "--timeout=180s"],
                null,
                cancellation
            );
        }
        catch (CommandFailedException e)
        {
            throw new DemoException($"{e.Message}\n{await DescribeAsync()}", e);
        }
    }

    private async Task<string> DescribeAsync()
    {
        var pods = await Cluster.KubectlAsync(["get", "pods", "-o", "wide"]);
        var events = await Cluster.KubectlAsync("get", "events", "--sort-by=.lastTimestamp");
        return $"{pods}\n{string.Join('\n', events.Split('\n').TakeLast(15))}";
    }
}
