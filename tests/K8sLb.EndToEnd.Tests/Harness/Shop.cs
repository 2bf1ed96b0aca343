using System.Net;
using K8sLb.Core;
using K8sLb.Kubernetes;
using K8sLb.Load;
using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Processes;
using K8sLb.Operator.Api;
using K8sLb.TestKit;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>A Deployment of four pods in a namespace of its own, with an operator, a kubelet's stand-in and a client's view.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public const int Replicas = 4;
    private const string OperatorUser = "operators";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>What a kube-proxy takes on a cluster with some load on it.</summary>
    private static readonly TimeSpan EndpointLag = TimeSpan.FromSeconds(2);

    private readonly ControlPlane plane;
    private readonly IKubernetesClient client;
    private readonly RunDirectory run;
    private readonly PodRunner pods;
    private readonly LaggingEndpoints endpoints;
    private readonly OperatorService service;
    private readonly bool withSidecar;

    private Shop(EndToEndFixture cluster, string @namespace, bool withSidecar, int operators)
    {
        (plane, client, this.withSidecar) = (cluster.Plane, cluster.Client, withSidecar);
        Namespace = @namespace;
        run = RunDirectory.Create("end-to-end");
        var addresses = new LoopbackRange();
        var kubeconfig = plane.WriteKubeconfig($"{OperatorUser}-of-{@namespace}", "system:masters");
        IPAddress[] homes = [.. Enumerable.Range(0, operators).Select(_ => addresses.Next())];
        Operators = [.. homes.Select(home => new OperatorProcess(run, kubeconfig, home))];
        service = new OperatorService(addresses.Next(), homes);
        pods = new PodRunner(client, @namespace, addresses, service.Url, run, new IdentityVolume(plane, client));
        endpoints = new LaggingEndpoints(pods.Informer, EndpointLag, addresses.Nowhere);
        var (http1, http2) = withSidecar
            ? (Programs.SidecarPort, Programs.SidecarHttp2Port)
            : (Programs.AppPort, Programs.AppHttp2Port);
        Target = new LoadTarget(() => endpoints.Pick(http1), () => endpoints.Pick(http2), "shop");
    }

    public string Namespace { get; }
    public List<OperatorProcess> Operators { get; }

    /// <summary>Where there is one.</summary>
    public OperatorProcess Operator => Operators.Single();
    public LoadTarget Target { get; }
    public IReadOnlyCollection<string> PodNames => pods.Names;
    public IReadOnlyCollection<string> Mishaps => pods.Mishaps;

    /// <summary>Returns when every pod is ready and a client sees it.</summary>
    public static async Task<Shop> OpenAsync(EndToEndFixture cluster, bool withSidecar, int operators = 1)
    {
        var shop = new Shop(cluster, await cluster.NewNamespaceAsync(), withSidecar, operators);
        try
        {
            if (withSidecar)
            {
                shop.Operators.ForEach(o => o.Start());
                await shop.ApplyAsync("pool.yaml");
            }
            await shop.ApplyAsync(withSidecar ? "with-sidecar.yaml" : "bare.yaml");
            await Eventually.IsTrue(() => shop.endpoints.Count == Replicas, "a client sees four pods", Patience);
            return shop;
        }
        catch (TimeoutException e)
        {
            var report = new TimeoutException($"{e.Message}\n{string.Join('\n', shop.Mishaps)}", e);
            await shop.DisposeAsync();
            throw report;
        }
    }

    public Task ApplyAsync(string manifest) =>
        plane.KubectlAsync(["apply", "-n", Namespace, "-f", "-"], EndToEndFixture.Manifest(manifest));

    public Task PatchPoolAsync(string spec) =>
        plane.KubectlAsync([
            "patch",
            "bpool",
            "shop",
            "-n",
            Namespace,
            "--type=merge",
            "-p",
            $$"""{"spec":{{spec}}}""",
        ]);

    /// <summary>Returns when a client sees so many pods.</summary>
    public async Task ScaleAsync(int replicas)
    {
        await plane.KubectlAsync(["scale", "deployment/shop", "-n", Namespace, $"--replicas={replicas}"]);
        await Eventually.IsTrue(() => endpoints.Count == replicas, $"a client sees {replicas} pods", Patience);
    }

    public Task BeginRestartAsync() => plane.KubectlAsync(["rollout", "restart", "deployment/shop", "-n", Namespace]);

    /// <summary>Returns when every pod of <paramref name="before"/> has ended, and a client sees four others.</summary>
    public Task RestartedAsync(IReadOnlyCollection<string> before) =>
        Eventually.IsTrue(
            () => pods.Names.Count == Replicas && !pods.Names.Intersect(before).Any() && endpoints.Count == Replicas,
            "every pod was replaced",
            Patience
        );

    /// <summary>Returns when the status says that every pod there is takes new work.</summary>
    public Task AllInServiceAsync() =>
        Eventually.IsTrue(
            async () =>
                (await PoolAsync())?.Status is { Members: { Ready: Replicas, Draining: 0 } } status
                && status.Endpoints!.Count(e => e.Phase is MemberPhase.Active) == Replicas,
            "all members are in service",
            Patience
        );

    /// <summary>Whether the API server calls this shop's operators so.</summary>
    public bool IsOperator(string user) => user == $"{OperatorUser}-of-{Namespace}";

    public async Task<IReadOnlyList<EndpointStatus>> EndpointsAsync() =>
        [.. (await PoolAsync())?.Status?.Endpoints ?? []];

    public Task<BackendPool?> PoolAsync() => client.GetAsync<BackendPool>("shop", Namespace);

    /// <summary>A pod that is being drained, as the status has it.</summary>
    public async Task<string> SomebodyDrainsAsync()
    {
        EndpointStatus? draining = null;
        await Eventually.IsTrue(
            async () =>
            {
                var all = await EndpointsAsync();
                draining = all.FirstOrDefault(e => e.Phase is MemberPhase.RampDown or MemberPhase.Draining);
                return draining is not null;
            },
            "a member drains",
            Patience
        );
        return draining!.Pod;
    }

    /// <summary>Copies every program's log, so that a failure can be looked into.</summary>
    /// <returns>The folder.</returns>
    public string KeepLogs()
    {
        var folder = Path.Combine(SourceTree.Find(), "artifacts", "end-to-end", Namespace);
        Directory.CreateDirectory(folder);
        foreach (var log in Directory.GetFiles(run.Path, "*.log"))
        {
            File.Copy(log, Path.Combine(folder, Path.GetFileName(log)), overwrite: true);
        }
        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        await plane.KubectlAsync("delete", "deployment,backendpool", "--all", "-n", Namespace, "--wait=false");
        await pods.DisposeAsync();
        foreach (var each in Operators)
        {
            await each.DisposeAsync();
        }
        await service.DisposeAsync();
        await run.DisposeAsync();
    }
}
