using K8sLb.Kubernetes;
using K8sLb.LocalCluster;
using K8sLb.Operator.Api;

namespace K8sLb.EndToEnd.Tests;

/// <summary>A real API server with the controllers of Deployments, the CRD, and a made-up node that pods can name.</summary>
public sealed class EndToEndFixture : IAsyncLifetime
{
    private ControlPlane? plane;
    private KubernetesClient? client;

    public ControlPlane Plane => plane!;
    public IKubernetesClient Client => client!;

    public async Task InitializeAsync()
    {
        plane = await ControlPlane.StartAsync(new() { ControllerManager = new(), Audit = true });
        client = Connect(plane);
        await plane.ApplyCrdAsync(Path.Combine(SourceTree.Find(), "crds", "backendpools.k8slb.io.yaml"));
        await plane.AddMadeUpNodeAsync("machine");
    }

    public async Task DisposeAsync()
    {
        client?.Dispose();
        if (plane is not null)
        {
            await plane.DisposeAsync();
        }
    }

    public async Task<string> NewNamespaceAsync()
    {
        var name = $"shop-{Guid.NewGuid():n}"[..13];
        await Plane.CreateNamespaceAsync(name);
        return name;
    }

    private static KubernetesClient Connect(ControlPlane plane) =>
        new(KubernetesClientConfiguration.BuildConfigFromConfigFile(plane.KubeconfigPath), ApiTypes.All);

    internal static string Manifest(string name)
    {
        using var stream = typeof(EndToEndFixture).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

[CollectionDefinition(Name)]
public sealed class EndToEndSuite : ICollectionFixture<EndToEndFixture>
{
    public const string Name = "end to end";
}
