using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>The real helm, leaving nothing in the user's home.</summary>
/// <param name="program">Its path.</param>
/// <param name="home">A folder for what it keeps.</param>
public sealed class Helm(string program, string home)
{
    /// <exception cref="MissingAssetsException">It is not there.</exception>
    public static async Task<Helm> FindAsync(string home, CancellationToken ct = default) =>
        new((await AssetLocator.FromEnvironment().FindAsync(["helm"], ct))["helm"], home);

    /// <param name="cluster">Null for what needs no cluster.</param>
    /// <returns>Whatever its exit code.</returns>
    public Task<CommandResult> TryAsync(
        IEnumerable<string> arguments,
        ICluster? cluster = null,
        CancellationToken ct = default
    ) =>
        Command.TryAsync(
            [program, .. arguments],
            environment: new Dictionary<string, string>
            {
                ["HELM_CACHE_HOME"] = Path.Combine(home, "cache"),
                ["HELM_CONFIG_HOME"] = Path.Combine(home, "config"),
                ["HELM_DATA_HOME"] = Path.Combine(home, "data"),
                // Without a cluster none may be found by chance.
                ["KUBECONFIG"] = cluster?.KubeconfigPath ?? "/dev/null",
            },
            ct: ct
        );

    /// <returns>Its standard output.</returns>
    /// <exception cref="CommandFailedException">Its exit code was not 0; the message holds what it said.</exception>
    public async Task<string> RunAsync(
        IEnumerable<string> arguments,
        ICluster? cluster = null,
        CancellationToken ct = default
    )
    {
        var result = await TryAsync(arguments, cluster, ct);
        return result.ExitCode == 0 ? result.Output : throw new CommandFailedException(result);
    }
}
