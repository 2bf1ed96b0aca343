using System.Text.Json;
using K8sLb.Kubernetes.Models;
using K8sLb.Load;
using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.Demo;

/// <summary>The sample application in the cluster, in one of its two forms.</summary>
internal sealed class ShopDeployment(DemoCluster demo)
{
    public const string Namespace = "default";
    private const string Name = "shop";

    /// <summary>For the Service to answer, in seconds.</summary>
    private const int LongestWait = 90;

    public ICluster Cluster => demo.Cluster;

    /// <summary>Applies manifests and waits until all pods are ready.</summary>
    /// <param name="size">Other than the manifests'.</param>
    public async Task DeployAsync(
        IEnumerable<string> files,
        CancellationToken cancellation,
        DeploymentSize? size = null
    )
    {
        foreach (var file in files)
        {
            await Cluster.ApplyAsync(await File.ReadAllTextAsync(file, cancellation), cancellation);
        }
        if (size is not null)
        {
            await PatchAsync(
                $"deployment/{Name}",
                $$$"""{"spec": {"replicas": {{{size.Pods}}}, "strategy": {"rollingUpdate": {"maxSurge": {{{size.Surge}}} } } } }""",
                cancellation
            );
        }
        await OpenNodePortsAsync(cancellation);
        await RolledOutAsync(cancellation);
    }

    /// <summary>Where the client reaches the Service by a node's address.</summary>
    public async Task OpenNodePortsAsync(CancellationToken cancellation)
    {
        if (demo.NodeAddress is not null)
        {
            await PatchAsync($"service/{Name}", """{"spec": {"type": "NodePort"}}""", cancellation);
        }
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

    /// <summary>Makes the pool of the manifest <paramref name="file"/>, with another pace where one is given.</summary>
    public async Task PoolAsync(string file, CancellationToken cancellation, ReleaseRate? rate = null)
    {
        await Cluster.ApplyAsync(await File.ReadAllTextAsync(file, cancellation), cancellation);
        if (rate is not null)
        {
            var patch = $$$"""{"spec": {"drain": {"maxReleasesPerSecond": {{{rate.PerSecond}}} } } }""";
            await PatchAsync($"backendpool/{Name}", patch, cancellation);
        }
    }

    /// <summary>Evictions may take one pod at a time.</summary>
    public async Task ProtectAsync(CancellationToken cancellation)
    {
        // Known from 1.21 on, and the only one from 1.25 on.
        const string Stable = "policy/v1";
        var versions = await Cluster.KubectlAsync(["api-versions"], null, cancellation);
        var version = versions.Split('\n').Contains(Stable) ? Stable : "policy/v1beta1";
        var budget = $$"""
            apiVersion: {{version}}
            kind: PodDisruptionBudget
            metadata: {name: {{Name}}}
            spec: {maxUnavailable: 1, selector: {matchLabels: {app: {{Name}} } } }
            """;
        await Cluster.ApplyAsync(budget, cancellation);
    }

    public Task RemovePoolAsync(CancellationToken cancellation) =>
        Cluster.KubectlAsync(["delete", "backendpool", Name, "--ignore-not-found"], null, cancellation);

    /// <summary>Of the pods that are not being deleted.</summary>
    /// <exception cref="DemoException">A pod has no sidecar, or one too many: the webhook did not do its part.</exception>
    public async Task ExpectSidecarsAsync(bool there, CancellationToken cancellation)
    {
        var pods = await demo.Api.ListAsync<V1Pod>(Namespace, $"app={Name}", cancellationToken: cancellation);
        foreach (var pod in pods.Items.Where(p => !p.IsTerminating() && p.HasSidecar() != there))
        {
            throw new DemoException($"pod {pod.Metadata.Name} was created {(there ? "without" : "with")} a sidecar");
        }
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

    private Task<string> PatchAsync(string what, string patch, CancellationToken cancellation) =>
        Cluster.KubectlAsync(["patch", what, "--type=merge", "--patch", patch], null, cancellation);

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
            throw new DemoException($"{e.Message}\n{await ClusterState.DescribeAsync(Cluster)}", e);
        }
    }
}

/// <param name="Surge">Pods that a rolling update may start beyond their number: maxSurge.</param>
internal sealed record DeploymentSize(int Pods, int Surge);
