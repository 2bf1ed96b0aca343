namespace K8sLb.Demo;

/// <summary>The leading operator is gone at once, while drains are under way.</summary>
internal static class OperatorLoss
{
    private const string Namespace = "k8slb-system";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public static async Task KillLeaderAsync(Stage stage, CancellationToken cancellation)
    {
        var restart = stage.Shop.RestartAsync(cancellation);
        await stage.Load.UntilAsync(
            () => restart.IsCompleted || stage.Observer.Pods.Any(pod => pod.IsTerminating() && !pod.HasEnded()),
            Limit,
            "the restart has begun to end pods",
            cancellation
        );
        var leader = await LeaderAsync(stage, cancellation);
        await stage.Cluster.KillContainerAsync(Namespace, leader, "operator", cancellation);
        await restart;
        await stage.UntilGoneAsync(cancellation);
        await stage.KubectlAsync(
            cancellation,
            ["rollout", "status", "--namespace", Namespace, "deployment/k8slb", "--timeout=90s"]
        );
    }

    /// <summary>The holder's identity begins with the pod's name.</summary>
    private static async Task<string> LeaderAsync(Stage stage, CancellationToken cancellation)
    {
        var holder = await stage.KubectlAsync(
            cancellation,
            ["get", "lease", "--namespace", Namespace, "k8slb-operator", "-o", "jsonpath={.spec.holderIdentity}"]
        );
        var pods = await stage.KubectlAsync(
            cancellation,
            ["get", "pods", "--namespace", Namespace, "-o", "jsonpath={.items[*].metadata.name}"]
        );
        return pods.Split(' ').FirstOrDefault(holder.StartsWith)
            ?? throw new DemoException($"the Lease is held by {holder}, and there are the pods {pods}");
    }
}
