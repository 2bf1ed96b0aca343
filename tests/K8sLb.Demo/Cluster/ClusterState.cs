using K8sLb.LocalCluster;

namespace K8sLb.Demo;

/// <summary>What helps to see why something did not come about.</summary>
internal static class ClusterState
{
    private const int EventsShown = 15;

    public static async Task<string> DescribeAsync(ICluster cluster)
    {
        var pods = await cluster.KubectlAsync(["get", "pods", "--all-namespaces", "-o", "wide"]);
        var events = await cluster.KubectlAsync("get", "events", "--all-namespaces", "--sort-by=.lastTimestamp");
        return $"{pods}\n{string.Join('\n', events.Split('\n').TakeLast(EventsShown))}";
    }
}
