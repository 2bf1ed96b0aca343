using K8sLb.Kubernetes;
using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Assets;
using K8sLb.Operator.Api;

namespace K8sLb.Demo;

/// <summary>The cluster that the demo runs on: a local node of its own, or the one at hand.</summary>
internal sealed class DemoCluster : IAsyncDisposable
{
    private readonly LocalNode? local;

    /// <summary>Of the operator's Service on a local node, which has no DNS for pods.</summary>
    private const string LocalAddress = "10.96.0.15";

    private DemoCluster(ICluster cluster, string helm, string? nodeAddress, IReadOnlyList<string> helmValues)
    {
        (Cluster, Helm, NodeAddress) = (cluster, helm, nodeAddress);
        local = cluster as LocalNode;
        HelmValues = local is null ? helmValues : [$"--set=service.clusterIP={LocalAddress}", .. helmValues];
        // One path, or several as KUBECONFIG may have.
        var configuration = KubernetesClientConfiguration.BuildConfigFromKubeConfigVariable(cluster.KubeconfigPath);
        Api = new KubernetesClient(configuration, ApiTypes.All);
    }

    public ICluster Cluster { get; }

    public IKubernetesClient Api { get; }

    /// <summary>The program.</summary>
    public string Helm { get; }

    /// <summary>Arguments of <c>helm install</c>: what the cluster needs beside the chart's own values.</summary>
    public IReadOnlyList<string> HelmValues { get; }

    /// <summary>Where the client reaches Services' node ports; null where it reaches ClusterIPs, as a node does.</summary>
    public string? NodeAddress { get; }

    /// <exception cref="DemoException">There is no cluster to be had; the message says why.</exception>
    public static async Task<DemoCluster> StartAsync(DemoOptions options, CancellationToken cancellation)
    {
        var programs = await AssetLocator.FromEnvironment().FindAsync(["helm"], cancellation);
        if (options.CurrentCluster)
        {
            var current = await CurrentCluster.OpenAsync(cancellation);
            var address = options.NodeAddress ?? await FirstNodeAsync(current, cancellation);
            return new(current, programs["helm"], address, options.HelmValues);
        }
        if (await LocalNode.WhyNotAsync() is { } reason)
        {
            throw new NoClusterException(reason);
        }
        var node = await LocalNode.StartAsync(
            new LocalNodeOptions
            {
                Nodes = options.Nodes,
                EndpointLag = options.EndpointLag,
                Images = [.. DemoFiles.ImageArchives(), .. options.MoreImages],
            },
            cancellation
        );
        return new(node, programs["helm"], null, options.HelmValues);
    }

    /// <summary>How to look at it while the demo runs.</summary>
    public string Usage =>
        $"""
            export KUBECONFIG={Cluster.KubeconfigPath}
            kubectl get bpool --watch      # or: kubectl describe bpool shop
            """;

    /// <summary>SIGKILL to a container; on a cluster that is not ours the pod goes without any grace.</summary>
    public Task KillContainerAsync(string ns, string pod, string container, CancellationToken cancellation) =>
        local is not null
            ? local.KillContainerAsync(ns, pod, container, cancellation)
            : Cluster.KubectlAsync(
                ["delete", "pod", "--namespace", ns, pod, "--grace-period=0", "--force"],
                null,
                cancellation
            );

    /// <summary>Leaves a local node running.</summary>
    /// <returns>How to reach and end it.</returns>
    public async Task<string> KeepAsync()
    {
        if (local is null)
        {
            return $"The cluster was there before and stays. To remove the demo: {Removal}";
        }
        await local.DetachAsync();
        return $"""
            The cluster stays up.
            {Usage}
            {string.Join(' ', local.EnterCommand)} curl http://SERVICE-ADDRESS/     # as a client of its Services
            dotnet run --project tests/K8sLb.LocalCluster -- down {local.RunDirectory}     # ends it
            """;
    }

    public async ValueTask DisposeAsync()
    {
        (Api as IDisposable)?.Dispose();
        await Cluster.DisposeAsync();
    }

    private const string Removal =
        "kubectl delete deployment,service,backendpool shop; helm uninstall --namespace k8slb-system k8slb";

    private static async Task<string> FirstNodeAsync(CurrentCluster cluster, CancellationToken cancellation)
    {
        const string InternalIp = """jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}""";
        var address = await cluster.KubectlAsync(["get", "nodes", "-o", InternalIp], null, cancellation);
        return address.Length > 0
            ? address
            : throw new DemoException(
                "no node has an InternalIP; set DEMO_ADDRESS to an address that serves node ports"
            );
    }
}
