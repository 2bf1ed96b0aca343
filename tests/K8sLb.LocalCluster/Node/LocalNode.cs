using System.Diagnostics;
using System.Net;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Images;
using K8sLb.LocalCluster.Processes;
using K8sLb.TestKit;

namespace K8sLb.LocalCluster;

/// <summary>
/// One to three real nodes on this machine: containerd, kubelet and kube-proxy each in namespaces of their own without
/// a way out, with a control plane in the first one's network. All of it is gone after <see cref="DisposeAsync"/> or
/// the end of this program, however it comes. The kubeconfig works inside and outside of the namespaces.
/// </summary>
public sealed class LocalNode : ICluster
{
    private readonly RunDirectory run;
    private readonly IReadOnlyList<NodeNamespaces> namespaces;
    private readonly ControlPlane plane;
    private readonly IReadOnlyList<WorkerNode> nodes;
    private int clients;

    private LocalNode(
        RunDirectory run,
        IReadOnlyList<NodeNamespaces> namespaces,
        ControlPlane plane,
        IReadOnlyList<WorkerNode> nodes
    )
    {
        this.run = run;
        this.namespaces = namespaces;
        this.plane = plane;
        this.nodes = nodes;
    }

    public string KubeconfigPath => plane.KubeconfigPath;

    /// <summary>Holds the logs (node1-kubelet.log, kube-apiserver.log, ...) and all that the nodes store.</summary>
    public string RunDirectory => run.Path;

    /// <summary>Goes before a command that is to reach pods and Services: it gives it the first node's network.</summary>
    public IReadOnlyList<string> EnterCommand => namespaces[0].EnterNetwork;

    /// <returns>Null if nodes can run on this machine, or a sentence that says why not and what to do instead.</returns>
    public static Task<string?> WhyNotAsync() => LocalNodeRequirements.WhyNotAsync();

    /// <summary>Returns when every node is ready and has the images.</summary>
    /// <exception cref="PlatformNotSupportedException">This machine cannot run one; the message says why.</exception>
    /// <exception cref="MissingAssetsException">Programs are missing.</exception>
    public static async Task<LocalNode> StartAsync(LocalNodeOptions? options = null, CancellationToken ct = default)
    {
        options ??= new LocalNodeOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Nodes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Nodes, 3);
        if (await WhyNotAsync() is { } reason)
        {
            throw new PlatformNotSupportedException(reason);
        }
        // helm belongs to the tier, for those who install charts on the node; the node does not need it.
        var programs = AssetCatalog.For(AssetTier.Node).Select(asset => asset.Name).Where(name => name != "helm");
        var assets = await AssetLocator.FromEnvironment().FindAsync([.. programs], ct);
        var run = Processes.RunDirectory.Create("node", 4L << 30);
        try
        {
            return await StartAsync(run, assets, options, ct);
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives every node the images of these OCI archives.</summary>
    public Task ImportImagesAsync(IEnumerable<string> archives, CancellationToken ct = default) =>
        Task.WhenAll(
            nodes.Select(async node =>
            {
                foreach (var archive in archives)
                {
                    await node.ImportAsync(archive, ct);
                }
            })
        );

    /// <summary>SIGKILL to all processes of a container, as when the kernel is out of memory. The kubelet restarts it.</summary>
    /// <exception cref="InvalidOperationException">No such container is running.</exception>
    public async Task KillContainerAsync(string ns, string pod, string container, CancellationToken ct = default)
    {
        foreach (var node in nodes)
        {
            if (await node.KillContainerAsync(ns, pod, container, ct))
            {
                return;
            }
        }
        throw new InvalidOperationException($"no container {container} of pod {ns}/{pod} is running");
    }

    public Task<string> KubectlAsync(
        IEnumerable<string> arguments,
        string? input = null,
        CancellationToken ct = default
    ) => plane.KubectlAsync(arguments, input, ct);

    /// <summary>Starts it with the first node's network; it ends with the cluster.</summary>
    /// <param name="start">With <see cref="ProcessStartInfo.ArgumentList"/>, not <see cref="ProcessStartInfo.Arguments"/>.</param>
    public Process StartClientProcess(ProcessStartInfo start) => Start(start, EnterCommand);

    private Process Start(ProcessStartInfo start, IReadOnlyList<string> enter)
    {
        if (start.Arguments.Length > 0)
        {
            throw new ArgumentException($"use ArgumentList instead of Arguments ('{start.Arguments}')", nameof(start));
        }
        foreach (var (word, i) in enter.Skip(1).Append(start.FileName).Select((word, i) => (word, i)))
        {
            start.ArgumentList.Insert(i, word);
        }
        start.FileName = enter[0];
        return plane.StartClientProcess(start);
    }

    /// <summary>Starts it at an address that no process had before.</summary>
    public async Task<Process> StartOutsideAsync(ProcessStartInfo start, CancellationToken ct = default)
    {
        var client = await ClientNamespace.CreateAsync(run, namespaces[0], Interlocked.Increment(ref clients), ct);
        return Start(start, client.Enter);
    }

    /// <summary>Leaves it running when this program ends; the verb <c>down</c> ends it.</summary>
    public Task DetachAsync() => run.DetachAsync();

    public ValueTask DisposeAsync() => plane.DisposeAsync();

    private static async Task<LocalNode> StartAsync(
        RunDirectory run,
        AssetSet assets,
        LocalNodeOptions options,
        CancellationToken ct
    )
    {
        var pause = await PauseImage.EnsureAsync(AssetFolders.FromEnvironment(), ct);
        var namespaces = await CreateNamespacesAsync(run, options.Nodes, ct);
        var placement = new Placement(run, namespaces[0].EnterNetwork, FreePorts.Take(1)[0]);
        NamespaceForwarder.Start(run, placement.ApiServerPort, namespaces[0].NetworkPath);
        var plane = await ControlPlane.StartAsync(placement, assets, PlaneOptions(options), ct);
        Scheduler.Start(placement, plane.Pki, assets, plane.Server);
        var server = new Uri($"https://{NodeNetwork.NodeAddress(1)}:{placement.ApiServerPort}");
        var nodes = await Task.WhenAll(
            namespaces.Select(
                (n, i) =>
                    WorkerNode.StartAsync(run, n, assets, plane, server, i + 1, options, [pause, .. options.Images], ct)
            )
        );
        var cluster = new LocalNode(run, namespaces, plane, nodes);
        await cluster.WaitUntilReadyAsync(options.StartLimit, ct);
        return cluster;
    }

    private static async Task<IReadOnlyList<NodeNamespaces>> CreateNamespacesAsync(
        RunDirectory run,
        int count,
        CancellationToken ct
    )
    {
        var namespaces = new List<NodeNamespaces>();
        foreach (var number in Enumerable.Range(1, count))
        {
            var name = WorkerNode.NameOf(number);
            Directory.CreateDirectory(run.Combine(name));
            namespaces.Add(await NodeNamespaces.CreateAsync(run, name, ct));
            if (number == 1)
            {
                await NodeNetwork.SetUpFirstAsync(namespaces[0]);
            }
            else
            {
                await NodeNetwork.JoinAsync(namespaces[0], namespaces[^1], number);
            }
        }
        await NodeNetwork.RoutePodsAsync(namespaces);
        return namespaces;
    }

    private static ControlPlaneOptions PlaneOptions(LocalNodeOptions options) =>
        new()
        {
            AdvertiseAddress = IPAddress.Parse(NodeNetwork.NodeAddress(1)),
            ApiServerArguments = options.ApiServerArguments,
            ControllerManager = new ControllerManagerOptions
            {
                Controllers = ["*"],
                // A node that is killed is noticed in seconds, where the default of 40 s would stretch every test of it.
                Arguments = ["--node-monitor-period=2s", "--node-monitor-grace-period=16s"],
            },
        };

    private async Task WaitUntilReadyAsync(TimeSpan limit, CancellationToken ct)
    {
        const string Ready = """{range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}""";
        try
        {
            await Eventually.IsTrue(AreReadyAsync, "all nodes are ready", limit, ct);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}: {await KubectlAsync(["describe", "nodes"], null, ct)}");
        }

        async Task<bool> AreReadyAsync()
        {
            var states = await KubectlAsync(["get", "nodes", "-o", $"jsonpath={Ready}"], null, ct);
            var areReady = states.Split('\n').Count(s => s == "True") == nodes.Count;
            if (!areReady)
            {
                foreach (var node in nodes)
                {
                    node.ThrowIfExited();
                }
            }
            return areReady;
        }
    }
}
