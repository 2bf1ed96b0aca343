using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>The cgroup below which a kubelet makes those of its pods, so that several can share a machine.</summary>
internal static class NodeCgroup
{
    private const string Root = "/sys/fs/cgroup";

    // What runc and the kubelet use of version 2, where the machine has it.
    private static readonly string[] Wanted = ["cpu", "cpuset", "memory", "pids", "io", "hugetlb"];

    /// <returns>Its path below the root of every hierarchy.</returns>
    public static string Create(RunDirectory run, string node)
    {
        var group = $"/{Path.GetFileName(run.Path)}-{node}";
        // Said before it is done: what removes it must know of it whenever this program is killed.
        File.AppendAllText(run.Combine("cgroups"), group + "\n");
        if (IsVersion2)
        {
            EnableControllers(Root);
            Directory.CreateDirectory(Root + group);
            EnableControllers(Root + group);
        }
        else
        {
            foreach (var hierarchy in Version1Hierarchies())
            {
                Directory.CreateDirectory(hierarchy + group);
            }
            // A cpuset starts empty and takes no process until it has both.
            foreach (var file in new[] { "cpuset.cpus", "cpuset.mems" })
            {
                File.WriteAllText($"{Root}/cpuset{group}/{file}", File.ReadAllText($"{Root}/cpuset/{file}"));
            }
        }
        return group;
    }

    /// <returns>Null if cgroups can be made here, or why not.</returns>
    public static string? WhyNot()
    {
        if (!IsVersion2 && !Directory.Exists($"{Root}/cpuset"))
        {
            return $"{Root} holds no cgroup hierarchy of version 1 or 2";
        }
        var probe = $"{(IsVersion2 ? Root : $"{Root}/cpuset")}/k8slb-probe-{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cgroups cannot be made: {e.Message}";
        }
    }

    private static bool IsVersion2 => File.Exists($"{Root}/cgroup.controllers");

    private static IEnumerable<string> Version1Hierarchies() =>
        File.ReadLines("/proc/self/mountinfo")
            .Select(line => line.Split(' '))
            .Where(fields => fields[Array.IndexOf(fields, "-") + 1] == "cgroup")
            .Select(fields => fields[4])
            .Where(path => path.StartsWith(Root + "/", StringComparison.Ordinal));

    private static void EnableControllers(string group)
    {
        var there = File.ReadAllText($"{group}/cgroup.controllers").Split([' ', '\n']);
        foreach (var controller in Wanted.Intersect(there))
        {
            File.WriteAllText($"{group}/cgroup.subtree_control", $"+{controller}");
        }
    }
}
