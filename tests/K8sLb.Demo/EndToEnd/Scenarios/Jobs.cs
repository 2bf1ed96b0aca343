namespace K8sLb.Demo;

/// <summary>A Job counts as complete when all containers of its pod have ended, its sidecar too.</summary>
internal static class Jobs
{
    private const string Name = "nightly";

    public static async Task FinishAsync(Stage stage, CancellationToken cancellation)
    {
        var cluster = stage.Cluster.Cluster;
        await cluster.KubectlAsync(["apply", "-f", DemoFiles.Manifest("job.yaml")], null, cancellation);
        try
        {
            await cluster.KubectlAsync(
                ["wait", "--for=condition=Complete", $"job/{Name}", "--timeout=120s"],
                null,
                cancellation
            );
            var containers = await cluster.KubectlAsync(
                [
                    "get",
                    "pods",
                    "--selector",
                    $"app={Name}",
                    "-o",
                    "jsonpath={..spec.containers[*].name} {..spec.initContainers[*].name}",
                ],
                null,
                cancellation
            );
            if (!containers.Contains("k8slb-sidecar", StringComparison.Ordinal))
            {
                throw new DemoException($"the Job's pod has no sidecar: {containers}");
            }
        }
        finally
        {
            await cluster.KubectlAsync(
                ["delete", "-f", DemoFiles.Manifest("job.yaml"), "--ignore-not-found"],
                null,
                CancellationToken.None
            );
        }
    }
}
