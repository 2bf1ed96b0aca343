using K8sLb.Kubernetes.Models;

namespace K8sLb.Demo;

/// <summary>Where a scenario happens.</summary>
/// <param name="Load">On the application's Service, the whole time.</param>
internal sealed record Stage(
    RunKind Run,
    DemoCluster Cluster,
    InstallGuide Guide,
    ShopDeployment Shop,
    ShopObserver Observer,
    LoadProcess Load
)
{
    private static readonly TimeSpan GoneLimit = TimeSpan.FromSeconds(150);

    public Task<string> KubectlAsync(CancellationToken cancellation, params IEnumerable<string> arguments) =>
        Cluster.Cluster.KubectlAsync(arguments, null, cancellation);

    public IReadOnlySet<string> PodNames() => Living().Select(NameOf).ToHashSet();

    public IEnumerable<V1Pod> Living() => Observer.Pods.Where(pod => !pod.IsTerminating());

    /// <summary>Until those that are being deleted have ended.</summary>
    public Task UntilGoneAsync(CancellationToken cancellation) =>
        Load.UntilAsync(
            () => !Observer.Pods.Any(pod => pod.IsTerminating() && !pod.HasEnded()),
            GoneLimit,
            "pods that were deleted have ended",
            cancellation
        );

    /// <summary>Until so many pods are ready, and no other ones are there.</summary>
    public Task UntilReadyAsync(int pods, CancellationToken cancellation) =>
        Load.UntilAsync(
            () => Living().Count() == pods && Living().All(pod => pod.IsReady()),
            GoneLimit,
            $"{pods} pods are ready",
            cancellation
        );

    private static string NameOf(V1Pod pod) => pod.Metadata.Name ?? "";
}
