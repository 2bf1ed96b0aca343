using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>One node with its processes.</summary>
internal sealed class WorkerNode
{
    private readonly ContainerRuntime runtime;
    private readonly IReadOnlyList<ChildProcess> processes;

    private WorkerNode(string name, ContainerRuntime runtime, IReadOnlyList<ChildProcess> processes)
    {
        Name = name;
        this.runtime = runtime;
        this.processes = processes;
    }

    public string Name { get; }

    public static string NameOf(int number) => $"node{number}";

    public static async Task<WorkerNode> StartAsync(
        RunDirectory run,
        NodeNamespaces namespaces,
        AssetSet assets,
        ControlPlane plane,
        Uri server,
        int number,
        LocalNodeOptions options,
        IReadOnlyList<string> images,
        CancellationToken ct
    )
    {
        var name = NameOf(number);
        var address = NodeNetwork.NodeAddress(number);
        var runtime = await ContainerRuntime.StartAsync(
            run,
            namespaces,
            assets,
            name,
            NodeNetwork.PodRange(number),
            ct
        );
        var node = new WorkerNode(
            name,
            runtime,
            [
                Kubelet.Start(run, namespaces, assets, plane.Pki, server, runtime, name, address),
                KubeProxy.Start(run, namespaces, assets, plane.Pki, server, name, address, options.EndpointLag),
            ]
        );
        foreach (var image in images)
        {
            await node.ImportAsync(image, ct);
        }
        return node;
    }

    public Task ImportAsync(string archive, CancellationToken ct) => runtime.ImportAsync(archive, ct);

    public Task<bool> KillContainerAsync(string ns, string pod, string container, CancellationToken ct) =>
        runtime.KillAsync(ns, pod, container, ct);

    public void ThrowIfExited()
    {
        foreach (var process in processes)
        {
            process.ThrowIfExited();
        }
    }
}
