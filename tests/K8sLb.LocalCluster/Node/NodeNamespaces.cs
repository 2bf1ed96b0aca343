using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>
/// The network, mount and PID namespaces of one node, held by a first process. All that happens on the node happens in
/// them, so that the end of that process is the end of everything: kubelet, shims, containers, mounts, pods' network
/// namespaces. Nothing of it ever shows outside, save cgroups.
/// </summary>
internal sealed class NodeNamespaces
{
    // Adopts and reaps what loses its parent, as the first process of a PID namespace must.
    private const string FirstProcess = """echo >"$0"; while :; do sleep infinity & wait; done""";

    private readonly ChildProcess holder;

    private NodeNamespaces(ChildProcess holder) => this.holder = holder;

    /// <summary>For `ip link set ... netns`.</summary>
    public int HolderId => holder.Id;

    public string NetworkPath => $"/proc/{holder.Id}/ns/net";

    /// <summary>Goes before a command that is to run on the node.</summary>
    public IReadOnlyList<string> Enter =>
        [
            "nsenter",
            $"--net={NetworkPath}",
            $"--mount=/proc/{holder.Id}/ns/mnt",
            $"--pid=/proc/{holder.Id}/ns/pid_for_children",
            "--",
        ];

    /// <summary>
    /// Goes before a command that is to have the node's network only. `ip netns exec` would not do: it mounts another
    /// /sys, which hides the cgroups.
    /// </summary>
    public IReadOnlyList<string> EnterNetwork => ["nsenter", $"--net={NetworkPath}", "--"];

    public static async Task<NodeNamespaces> CreateAsync(RunDirectory run, string node, CancellationToken ct)
    {
        var ready = run.Combine(node, "namespaces-ready");
        var holder = run.Start($"{node}-namespaces", [.. Unshare, "bash", "-c", FirstProcess, ready]);
        await FileArrival.WaitAsync(ready, holder.WaitForExitAsync(ct));
        holder.ThrowIfExited();
        var namespaces = new NodeNamespaces(holder);
        await namespaces.RunAsync("mount", "--make-rshared", "/");
        await namespaces.HideMachineFoldersAsync(run, node);
        await namespaces.HideMachineSettingsAsync(run, node);
        return namespaces;
    }

    /// <returns>Null if this machine lets us make them, or what it said.</returns>
    public static async Task<string?> WhyNotAsync()
    {
        var result = await Command.TryAsync([.. Unshare, "mount", "-t", "tmpfs", "none", "/run"]);
        return result.ExitCode == 0 ? null : result.Error.Trim();
    }

    public Task RunAsync(params string[] command) => Command.RunAsync([.. Enter, .. command]);

    private static IReadOnlyList<string> Unshare { get; } =
    ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

    /// <summary>
    /// Folders that kubelet, containerd and the CNI plugins write to whatever they are told: /var/lib/kubelet,
    /// /var/lib/cni, /var/log/pods, /run/containerd, /run/netns, /run/xtables.lock.
    /// </summary>
    private async Task HideMachineFoldersAsync(RunDirectory run, string node)
    {
        await RunAsync("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run");
        await RunAsync("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/var/log");
        var upper = Directory.CreateDirectory(run.Combine(node, "var-lib", "upper")).FullName;
        var work = Directory.CreateDirectory(run.Combine(node, "var-lib", "work")).FullName;
        var layers = $"lowerdir=/var/lib,upperdir={upper},workdir={work}";
        await RunAsync("mount", "-t", "overlay", "-o", layers, "overlay", "/var/lib");
    }

    /// <summary>Settings of the whole machine that a kubelet changes where they differ from these.</summary>
    private async Task HideMachineSettingsAsync(RunDirectory run, string node)
    {
        (string Name, string Value)[] settings =
        [
            ("vm/overcommit_memory", "1"),
            ("vm/panic_on_oom", "0"),
            ("kernel/panic", "10"),
            ("kernel/panic_on_oops", "1"),
            ("kernel/keys/root_maxkeys", "1000000"),
            ("kernel/keys/root_maxbytes", "25000000"),
        ];
        var folder = Directory.CreateDirectory(run.Combine(node, "sysctl")).FullName;
        foreach (var (name, value) in settings.Where(s => File.Exists($"/proc/sys/{s.Name}")))
        {
            var stand = Path.Combine(folder, name.Replace('/', '.'));
            await File.WriteAllTextAsync(stand, value + "\n");
            await RunAsync("mount", "--bind", stand, $"/proc/sys/{name}");
        }
    }
}
