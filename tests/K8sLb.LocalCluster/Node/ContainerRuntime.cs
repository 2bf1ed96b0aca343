using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>A node's containerd with the bridge network of its pods.</summary>
internal sealed class ContainerRuntime
{
    // It finds the shim on PATH, the shim runc, and the plugins iptables.
    private static readonly string[] Callees = ["containerd-shim-runc-v2", "runc", "iptables"];

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private readonly NodeNamespaces namespaces;
    private readonly string ctr;
    private readonly string socket;
    private readonly ChildProcess process;

    private ContainerRuntime(NodeNamespaces namespaces, string ctr, string socket, ChildProcess process)
    {
        this.namespaces = namespaces;
        this.ctr = ctr;
        this.socket = socket;
        this.process = process;
    }

    public string Endpoint => $"unix://{socket}";

    public static async Task<ContainerRuntime> StartAsync(
        RunDirectory run,
        NodeNamespaces namespaces,
        AssetSet assets,
        string node,
        string podRange,
        CancellationToken ct
    )
    {
        var folder = run.Combine(node);
        var socket = Path.Combine(folder, "containerd.sock");
        var network = Directory.CreateDirectory(Path.Combine(folder, "cni")).FullName;
        await File.WriteAllTextAsync(Path.Combine(network, "10-bridge.conflist"), Network(folder, podRange), ct);
        var configuration = Path.Combine(folder, "containerd.toml");
        var plugins = Path.GetDirectoryName(assets["bridge"])!;
        await File.WriteAllTextAsync(configuration, Configuration(folder, socket, network, plugins), ct);
        var path = Callees
            .Select(name => Path.GetDirectoryName(assets[name]))
            .Union(["/usr/sbin", "/usr/bin", "/sbin", "/bin"]);
        var process = run.Start(
            $"{node}-containerd",
            [.. namespaces.Enter, assets["containerd"], "--config", configuration],
            new Dictionary<string, string> { ["PATH"] = string.Join(':', path) }
        );
        var runtime = new ContainerRuntime(namespaces, assets["ctr"], socket, process);
        await runtime.WaitUntilReadyAsync(ct);
        return runtime;
    }

    /// <exception cref="CommandFailedException">It is no OCI archive.</exception>
    public Task ImportAsync(string archive, CancellationToken ct) => CtrAsync(["images", "import", archive], ct);

    /// <summary>SIGKILL to every process of a pod's container.</summary>
    /// <returns>Whether it runs on this node.</returns>
    public async Task<bool> KillAsync(string ns, string pod, string container, CancellationToken ct)
    {
        var filter = string.Join(
            ',',
            Label("pod.namespace", ns),
            Label("pod.name", pod),
            Label("container.name", container)
        );
        var known = await CtrAsync(["containers", "ls", "-q", filter], ct);
        var running = await CtrAsync(["tasks", "ls"], ct);
        // Earlier attempts of the container stay known for a while; only the running one has a task that runs.
        var id = known
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(id => running.Split('\n').Any(task => task.StartsWith(id) && task.Contains("RUNNING")));
        if (id is null)
        {
            return false;
        }
        await CtrAsync(["tasks", "kill", "--all", "--signal", "SIGKILL", id], ct);
        return true;
    }

    private static string Label(string name, string value) => $"labels.\"io.kubernetes.{name}\"==\"{value}\"";

    private Task<string> CtrAsync(IEnumerable<string> arguments, CancellationToken ct) =>
        Command.RunAsync([.. namespaces.Enter, ctr, "-a", socket, "-n", "k8s.io", .. arguments], ct: ct);

    private Task WaitUntilReadyAsync(CancellationToken ct) =>
        process.WaitUntilAsync(
            async token =>
                (await Command.TryAsync([.. namespaces.Enter, ctr, "-a", socket, "version"], ct: token)).ExitCode == 0,
            "ctr gets an answer",
            StartLimit,
            ct
        );

    // restrict_oom_score_adj: where CAP_SYS_RESOURCE is missing, nobody may lower an oom_score_adj.
    private static string Configuration(string folder, string socket, string network, string plugins) =>
        $"""
            version = 2
            root = "{folder}/containerd"
            state = "/run/containerd"
            [grpc]
              address = "{socket}"
            [plugins."io.containerd.internal.v1.opt"]
              path = "{folder}/opt"
            [plugins."io.containerd.grpc.v1.cri"]
              sandbox_image = "{LocalImages.Pause}"
              stream_server_address = "127.0.0.1"
              restrict_oom_score_adj = true
              [plugins."io.containerd.grpc.v1.cri".cni]
                bin_dir = "{plugins}"
                conf_dir = "{network}"
              [plugins."io.containerd.grpc.v1.cri".containerd]
                snapshotter = "overlayfs"
                default_runtime_name = "runc"
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                  runtime_type = "io.containerd.runc.v2"
                  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                    SystemdCgroup = false

            """;

    private static string Network(string folder, string podRange) =>
        $$"""
            {
              "cniVersion": "0.4.0",
              "name": "pods",
              "plugins": [
                {
                  "type": "bridge", "bridge": "cni0", "isGateway": true, "isDefaultGateway": true, "ipMasq": false, "hairpinMode": true,
                  "ipam": { "type": "host-local", "dataDir": "{{folder}}/addresses", "ranges": [[{ "subnet": "{{podRange}}" }]] }
                },
                { "type": "portmap", "capabilities": { "portMappings": true } }
              ]
            }
            """;
}
