namespace K8sLb.Demo;

/// <summary>What stands in front of the application in its pod.</summary>
/// <param name="Manifest">Of the application.</param>
/// <param name="Pool">Of its pods; null without K8sLb.</param>
/// <param name="Program">Of this machine, put into <paramref name="Image"/>; null where the tree builds the image.</param>
internal sealed record Contender(
    string Name,
    string Manifest,
    string? Pool = null,
    string? Program = null,
    string? Image = null
)
{
    public const string K8sLb = "k8slb";

    public static IReadOnlyList<Contender> All { get; } =
    [
        new(K8sLb, DemoFiles.Application, DemoFiles.Pool),
        new("haproxy", DemoFiles.Manifest("haproxy.yaml"), null, "haproxy", "k8slb.local/haproxy:dev"),
        new("nginx", DemoFiles.Manifest("nginx.yaml"), null, "nginx", "k8slb.local/nginx:dev"),
        new("bare", DemoFiles.Application),
    ];
}
