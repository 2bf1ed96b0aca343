using System.Diagnostics;

namespace K8sLb.LocalCluster;

/// <summary>A Kubernetes cluster to work against, wherever it runs.</summary>
public interface ICluster : IAsyncDisposable
{
    /// <summary>Administrator's access. Its server may be reachable only from <see cref="StartClientProcess"/>.</summary>
    string KubeconfigPath { get; }

    /// <returns>kubectl's standard output.</returns>
    /// <exception cref="Processes.CommandFailedException">Its exit code was not 0; the message holds what it said.</exception>
    Task<string> KubectlAsync(IEnumerable<string> arguments, string? input = null, CancellationToken ct = default);

    /// <summary>Starts a process where a client of the cluster's pods and Services would be. It ends with the cluster.</summary>
    Process StartClientProcess(ProcessStartInfo start);
}

public static class ClusterExtensions
{
    public static Task<string> KubectlAsync(this ICluster cluster, params string[] arguments) =>
        cluster.KubectlAsync(arguments, null, CancellationToken.None);

    /// <summary><c>kubectl apply</c> of these manifests.</summary>
    public static Task<string> ApplyAsync(this ICluster cluster, string manifests, CancellationToken ct = default) =>
        cluster.KubectlAsync(["apply", "-f", "-"], manifests, ct);
}
