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
    private readonly Placement placement;
    private readonly AssetSet assets;
    private readonly ControlPlaneOptions options;
    private readonly ClusterPki pki;
    private readonly Etcd etcd;
    private readonly ApiServer apiServer;
    private readonly Kubectl kubectl;

    private ControlPlane(Placement placement, AssetSet assets, ControlPlaneOptions options)
    {
        this.placement = placement;
        this.assets = assets;
        this.options = options;
        pki = new ClusterPki(placement.Run.Combine("pki"));
        etcd = new Etcd(placement, assets["etcd"]);
        apiServer = new ApiServer(placement, pki, assets, etcd, options);
        KubeconfigPath = pki.WriteKubeconfig("admin", Server, "admin", "system:masters");
        kubectl = new Kubectl(assets["kubectl"], KubeconfigPath, placement.Run.Combine("kubectl-cache"));
    }

    public string KubeconfigPath { get; }

    public Uri Server => apiServer.Url;

    internal ClusterPki Pki => pki;

    /// <summary>Holds the logs (etcd.log, kube-apiserver.log, ...), etcd's data and the certificates.</summary>
    public string RunDirectory => placement.Run.Path;

    /// <summary>What the server was asked; empty without <see cref="ControlPlaneOptions.Audit"/>.</summary>
    public AuditLog Audit => new(placement.Run);

    /// <summary>Returns when the server is ready and, without a controller manager, pods can be created in the
    /// namespace "default".</summary>
    /// <exception cref="MissingAssetsException">etcd, kube-apiserver, ... are not there.</exception>
    public static async Task<ControlPlane> StartAsync(
        ControlPlaneOptions? options = null,
        CancellationToken ct = default
    )
    {
        options ??= new ControlPlaneOptions();
        string[] programs = ["etcd", "kube-apiserver", "kubectl"];
        string[] controllers = options.ControllerManager is null ? [] : ["kube-controller-manager"];
        var assets = await AssetLocator.FromEnvironment().FindAsync([.. programs, .. controllers], ct);
        var run = Processes.RunDirectory.Create("control-plane");
        try
        {
            var placement = new Placement(run, [], FreePorts.Take(1)[0]);
            return await StartAsync(placement, assets, options, ct);
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one where the placement says; whoever made the placement's folder disposes of it after a failure.</summary>
    internal static async Task<ControlPlane> StartAsync(
        Placement placement,
        AssetSet assets,
        ControlPlaneOptions options,
        CancellationToken ct
    )
    {
        var plane = new ControlPlane(placement, assets, options);
        plane.etcd.Start();
        await plane.StartApiServerAsync(ct);
        if (options.ControllerManager is { } controllers)
        {
            ControllerManager.Start(placement, plane.pki, assets, plane.Server, controllers);
        }
        await plane.EnsureDefaultServiceAccountAsync("default", ct);
        return plane;
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
        placement.Run.Mark(start);
        start.Environment["KUBECONFIG"] = KubeconfigPath;
        return Process.Start(start)!;
    }

    public Task<Process> StartOutsideAsync(ProcessStartInfo start, CancellationToken ct = default) =>
        Task.FromResult(StartClientProcess(start));

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
        await placement.Run.DisposeAsync();
    }

    private async Task EnsureDefaultServiceAccountAsync(string ns, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                // From a file, because only then do all versions of kubectl name the server's reason in an error.
                await KubectlAsync(["create", "-f", "-"], DefaultServiceAccount(ns), ct);
                return;
            }
            catch (CommandFailedException e) when (e.Message.Contains("AlreadyExists", StringComparison.Ordinal))
            {
                return; // The controller manager was first.
            }
            catch (CommandFailedException e) when (e.Message.Contains("NotFound", StringComparison.Ordinal))
            {
                // A server that is ready makes its own namespaces a moment later; it does not mind finding one.
                await EnsureNamespaceAsync(ns, ct);
            }
        }
    }

    private async Task EnsureNamespaceAsync(string name, CancellationToken ct)
    {
        try
        {
            await KubectlAsync(["create", "namespace", name], null, ct);
        }
        catch (CommandFailedException e) when (e.Message.Contains("AlreadyExists", StringComparison.Ordinal))
        {
            // The server was first.
        }
    }

    private static string DefaultServiceAccount(string ns) =>
        $$"""
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "{{ns}}" } }
            """;

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
