using K8sLb.LocalCluster;

namespace K8sLb.Demo;

/// <summary>What stands in front of the application in its pod.</summary>
/// <param name="Manifests">Of manifests/, in order.</param>
/// <param name="Program">Of this machine, put into <paramref name="Image"/>; null where the tree builds the image.</param>
internal sealed record Contender(
    string Name,
    IReadOnlyList<string> Manifests,
    string? Program = null,
    string? Image = null
)
{
    public const string K8sLb = "k8slb";

    public static IReadOnlyList<Contender> All { get; } =
    [
        new(K8sLb, ["backendpool.yaml", "k8slb.yaml"]),
        new("haproxy", ["haproxy.yaml"], "haproxy", "k8slb.local/haproxy:dev"),
        new("nginx", ["nginx.yaml"], "nginx", "k8slb.local/nginx:dev"),
        new("bare", ["baseline.yaml"]),
    ];

    public IReadOnlyDictionary<string, string> Values(EnduranceOptions options, string operatorAddress) =>
        new Dictionary<string, string>
        {
            ["APP_IMAGE"] = LocalImages.SampleApp,
            ["SIDECAR_IMAGE"] = Image ?? LocalImages.Sidecar,
            ["OPERATOR_ADDRESS"] = operatorAddress,
            ["REPLICAS"] = $"{options.Pods}",
            ["MAX_SURGE"] = $"{options.Surge}",
            ["RELEASES_PER_SECOND"] = $"{options.ReleaseRate.PerSecond}",
        };
}
