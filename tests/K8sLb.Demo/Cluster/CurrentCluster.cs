using System.Diagnostics;
using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.Demo;

/// <summary>The cluster of the kubeconfig at hand, for <c>CLUSTER=current</c>. It stays as it is when the demo ends.</summary>
internal sealed class CurrentCluster : ICluster
{
    public string KubeconfigPath =>
        Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } path
            ? path
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");

    public Task<string> KubectlAsync(
        IEnumerable<string> arguments,
        string? input = null,
        CancellationToken ct = default
    ) => Command.RunAsync(["kubectl", .. arguments], input, null, ct);

    public Process StartClientProcess(ProcessStartInfo start) => Process.Start(start)!;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
