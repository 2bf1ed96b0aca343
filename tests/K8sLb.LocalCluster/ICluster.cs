using System.Diagnostics;
using System.Text.Json.Nodes;
using K8sLb.TestKit;

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

    /// <summary>Starts a process outside of the nodes, where clients of the cluster's Services are. It ends with the cluster.</summary>
    Task<Process> StartOutsideAsync(ProcessStartInfo start, CancellationToken ct = default);
}

public static class ClusterExtensions
{
    private static readonly TimeSpan CrdLimit = TimeSpan.FromSeconds(30);

    public static Task<string> KubectlAsync(this ICluster cluster, params string[] arguments) =>
        cluster.KubectlAsync(arguments, null, CancellationToken.None);

    /// <summary><c>kubectl apply</c> of these manifests.</summary>
    public static Task<string> ApplyAsync(this ICluster cluster, string manifests, CancellationToken ct = default) =>
        cluster.KubectlAsync(["apply", "-f", "-"], manifests, ct);

    /// <summary>Applies a CRD, and waits until the server serves it.</summary>
    /// <exception cref="TimeoutException">It does not.</exception>
    public static async Task ApplyCrdAsync(this ICluster cluster, string file, CancellationToken ct = default)
    {
        // The server drops what it does not know of the CRD; without the flag kubectl would refuse it on an old server.
        await cluster.KubectlAsync(["apply", "--validate=false", "-f", file], null, ct);
        // Not "kubectl wait", nor a path with a filter: both fail at once where the CRD has no conditions yet.
        await Eventually.IsTrue(
            async () => IsEstablished(await cluster.KubectlAsync(["get", "-f", file, "-o", "json"], null, ct)),
            $"the server serves {file}",
            CrdLimit,
            ct
        );
    }

    private static bool IsEstablished(string definition) =>
        JsonNode.Parse(definition)!["status"]?["conditions"] is JsonArray conditions
        && conditions.Any(c => (string?)c!["type"] == "Established" && (string?)c["status"] == "True");
}
