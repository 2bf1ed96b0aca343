using System.Diagnostics;
using System.Net;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Pki;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>
/// A private etcd and kube-apiserver (and kube-controller-manager) on free ports of loopback. TokenRequest and
/// TokenReview, RBAC and NodeRestriction are on. Nothing of it outlives this program.
/// </summary>
public sealed class ControlPlane : ICluster
{
    private readonly RunDirectory run;
    private readonly ClusterPki pki;
    private readonly Etcd etcd;
    private readonly ApiServer apiServer;
    private readonly Kubectl kubectl;
    private readonly ControlPlaneOptions options;

    private ControlPlane(RunDirectory run, AssetSet assets, ControlPlaneOptions options)
    {
        this.run = run;
        this.options = options;
        var ports = FreePorts.Take(4);
        var version = assets.Version("kube-apiserver");
        pki = new ClusterPki(run.Combine("pki"));
        etcd = new Etcd(run, assets["etcd"], ports[0], ports[1]);
        apiServer = new ApiServer(run, pki, assets["kube-apiserver"], version, etcd, ports[2], options, []);
        KubeconfigPath = pki.WriteKubeconfig("admin", Server, "admin", "system:masters");
        kubectl = new Kubectl(assets["kubectl"], KubeconfigPath, run.Combine("kubectl-cache"));
        controllerManagerPort = ports[3];
        this.assets = assets;
    }

    private readonly AssetSet assets;
    private readonly int controllerManagerPort;

    public string KubeconfigPath { get; }

    public Uri Server => apiServer.Url;

    /// <summary>Holds the logs (etcd.log, kube-apiserver.log, ...), etcd's data and the certificates.</summary>
    public string RunDirectory => run.Path;

    /// <summary>Returns when the server is ready and, without a controller manager, pods can be created in the
    /// namespace "default".</summary>
    /// <exception cref="MissingAssetsException">etcd, kube-apiserver, ... are not there.</exception>
    public static async Task<ControlPlane> StartAsync(
        ControlPlaneOptions? options = null,
        CancellationToken ct = default
    )
    {
        options ??= new ControlPlaneOptions();
        var assets = await new AssetLocator(AssetFolders.FromEnvironment()).FindAsync(AssetTier.ControlPlane, ct);
        var run = Processes.RunDirectory.Create("control-plane");
        try
        {
            var plane = new ControlPlane(run, assets, options);
            await plane.StartAsync(ct);
            return plane;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL to kube-apiserver. etcd keeps what it has acknowledged.</summary>
    public Task KillApiServerAsync(CancellationToken ct = default) => apiServer.KillAsync(ct);

    /// <summary>Starts it again, on the same port and etcd, and waits until it is ready.</summary>
    public async Task StartApiServerAsync(CancellationToken ct = default)
    {
        apiServer.Start();
        await apiServer.WaitUntilReadyAsync(options.StartLimit, ct);
    }

    /// <summary>
    /// Drops every old revision from etcd. A watch from an old resource version then gets 410 if the server has to ask
    /// etcd: after its restart, or with <c>--watch-cache=false</c>; until then its watch cache still knows the latest.
    /// </summary>
    public Task CompactEtcdAsync(CancellationToken ct = default) => etcd.CompactAsync(ct);

    public Task<string> KubectlAsync(
        IEnumerable<string> arguments,
        string? input = null,
        CancellationToken ct = default
    ) => kubectl.RunAsync(arguments, input, ct);

    public Process StartClientProcess(ProcessStartInfo start)
    {
        run.Mark(start);
        start.Environment["KUBECONFIG"] = KubeconfigPath;
        return Process.Start(start)!;
    }

    /// <summary>Access for a user of these groups, who may do what RBAC grants.</summary>
    /// <returns>The path of a kubeconfig.</returns>
    public string WriteKubeconfig(string user, params string[] groups) =>
        pki.WriteKubeconfig($"user-{Guid.NewGuid():N}", Server, user, groups);

    /// <summary>A namespace in which pods can be created at once, controller manager or not.</summary>
    public async Task CreateNamespaceAsync(string name, CancellationToken ct = default)
    {
        await KubectlAsync(["create", "namespace", name], null, ct);
        await EnsureDefaultServiceAccountAsync(name, ct);
    }

    /// <summary>
    /// A ready node without a kubelet. Pods that name it stay Terminating when deleted, until they are deleted with grace
    /// period 0, and get into EndpointSlices once their status has an address outside of loopback.
    /// </summary>
    public async Task AddMadeUpNodeAsync(string name, CancellationToken ct = default)
    {
        await KubectlAsync(["create", "-f", "-"], MadeUpNode(name), ct);
        await KubectlAsync(["replace", "--raw", $"/api/v1/nodes/{name}/status", "-f", "-"], MadeUpNode(name), ct);
        await KubectlAsync(["taint", "node", name, "node.kubernetes.io/not-ready:NoSchedule-"], null, ct);
    }

    public async ValueTask DisposeAsync()
    {
        apiServer.Dispose();
        pki.Dispose();
        await run.DisposeAsync();
    }

    private async Task StartAsync(CancellationToken ct)
    {
        etcd.Start([]);
        await StartApiServerAsync(ct);
        if (options.ControllerManager is { } controllers)
        {
            ControllerManager.Start(
                run,
                pki,
                assets["kube-controller-manager"],
                assets.Version("kube-controller-manager"),
                Server,
                controllerManagerPort,
                controllers,
                []
            );
        }
        await EnsureDefaultServiceAccountAsync("default", ct);
    }

    private async Task EnsureDefaultServiceAccountAsync(string ns, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await KubectlAsync(["create", "serviceaccount", "default", "-n", ns], null, ct);
                return;
            }
            catch (CommandFailedException e) when (e.Message.Contains("AlreadyExists", StringComparison.Ordinal))
            {
                return; // The controller manager was first.
            }
            catch (CommandFailedException e) when (e.Message.Contains("NotFound", StringComparison.Ordinal))
            {
                // A server that is ready makes its own namespaces a moment later.
                await Task.Delay(50, ct);
            }
        }
    }

    private static string MadeUpNode(string name) =>
        $$"""
            {
              "apiVersion": "v1", "kind": "Node", "metadata": {"name": "{{name}}"},
              "status": {
                "capacity": {"cpu": "1000", "memory": "1000Gi", "pods": "10000"},
                "allocatable": {"cpu": "1000", "memory": "1000Gi", "pods": "10000"},
                "conditions": [{"type": "Ready", "status": "True", "reason": "MadeUp"}]
              }
            }
            """;
}
