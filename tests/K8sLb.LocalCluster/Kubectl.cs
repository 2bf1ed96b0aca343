using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>kubectl with one kubeconfig, leaving nothing in the user's home.</summary>
/// <param name="prefix">What goes before kubectl to run it elsewhere, such as in a network namespace.</param>
internal sealed class Kubectl(
    string program,
    string kubeconfig,
    string cacheFolder,
    params IReadOnlyList<string> prefix
)
{
    public Task<string> RunAsync(IEnumerable<string> arguments, string? input, CancellationToken ct) =>
        Command.RunAsync(
            [.. prefix, program, $"--cache-dir={cacheFolder}", .. arguments],
            input,
            new Dictionary<string, string> { ["KUBECONFIG"] = kubeconfig },
            ct
        );
}
