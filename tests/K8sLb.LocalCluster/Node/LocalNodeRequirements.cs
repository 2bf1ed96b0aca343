using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>What a machine must offer beside programs, which are asked for elsewhere.</summary>
internal static class LocalNodeRequirements
{
    /// <returns>Null if a node can run here, or a sentence that says why not and what to do instead.</returns>
    public static async Task<string?> WhyNotAsync()
    {
        if (await ReasonAsync() is not { } reason)
        {
            return null;
        }
        return $"A local node cannot run here: {reason}. Set CLUSTER=current to use the cluster of your kubeconfig instead.";
    }

    private static async Task<string?> ReasonAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "it needs Linux";
        }
        if (!Environment.IsPrivilegedProcess)
        {
            return "it needs root, for namespaces, cgroups and mounts";
        }
        foreach (var tool in new[] { "unshare", "nsenter", "ip" })
        {
            if ((await Command.TryAsync([tool, "-V"])).ExitCode == 127)
            {
                return $"the command '{tool}' is missing (packages util-linux and iproute2)";
            }
        }
        if (await NodeNamespaces.WhyNotAsync() is { } refusal)
        {
            return $"namespaces cannot be made ({refusal})";
        }
        if (!Directory.Exists("/proc/sys/net/bridge"))
        {
            await Command.TryAsync(["modprobe", "br_netfilter"]);
        }
        return Directory.Exists("/proc/sys/net/bridge")
            ? NodeCgroup.WhyNot()
            : "the kernel lacks br_netfilter, which Services need";
    }
}
