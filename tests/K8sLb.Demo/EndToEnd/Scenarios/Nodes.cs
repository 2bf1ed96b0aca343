namespace K8sLb.Demo;

/// <summary>What people do with nodes.</summary>
internal static class Nodes
{
    private const int Pods = 4;

    /// <summary>Evictions of all pods of the node, the operator's among them, as fast as the budgets let it.</summary>
    public static Task DrainAsync(Stage stage, CancellationToken cancellation) =>
        WithoutNodeAsync(
            stage,
            node =>
                stage.KubectlAsync(
                    cancellation,
                    ["drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=240s"]
                ),
            cancellation
        );

    /// <summary>What runs there stays until something else ends it.</summary>
    public static Task CordonAsync(Stage stage, CancellationToken cancellation) =>
        WithoutNodeAsync(
            stage,
            async node =>
            {
                await stage.KubectlAsync(cancellation, ["cordon", node]);
                await Rollouts.RestartAsync(stage, cancellation);
            },
            cancellation
        );

    private static async Task WithoutNodeAsync(Stage stage, Func<string, Task> take, CancellationToken cancellation)
    {
        var node = Fullest(stage);
        try
        {
            await take(node);
            await stage.UntilReadyAsync(Pods, cancellation);
            await stage.UntilGoneAsync(cancellation);
            if (stage.Living().Any(pod => pod.Spec?.NodeName == node))
            {
                throw new DemoException($"pods still run on {node}");
            }
        }
        finally
        {
            await stage.KubectlAsync(CancellationToken.None, ["uncordon", node]);
        }
    }

    private static string Fullest(Stage stage) =>
        stage.Living().GroupBy(pod => pod.Spec?.NodeName ?? "").OrderBy(g => g.Count()).Last().Key;
}
