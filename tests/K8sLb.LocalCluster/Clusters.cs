namespace K8sLb.LocalCluster;

/// <summary>The cluster that the environment asks for.</summary>
public static class Clusters
{
    /// <summary>Local nodes, or with CLUSTER=current the cluster of the kubeconfig at hand.</summary>
    /// <exception cref="PlatformNotSupportedException">Local nodes cannot run here; the message says why and what to do.</exception>
    public static async Task<ICluster> StartAsync(LocalNodeOptions? options = null, CancellationToken ct = default) =>
        Environment.GetEnvironmentVariable("CLUSTER") switch
        {
            "current" => await CurrentCluster.OpenAsync(ct),
            null or "" => await LocalNode.StartAsync(options, ct),
            var other => throw new ArgumentException($"CLUSTER is '{other}'; it may be 'current', or not be set"),
        };
}
