using K8sLb.Kubernetes.Models;
using K8sLb.LocalCluster;

namespace K8sLb.Kubernetes.Tests;

/// <summary>One API server for all tests of a collection; each test takes a namespace of its own.</summary>
public class ControlPlaneFixture : IAsyncLifetime
{
    private ControlPlane? plane;
    private KubernetesClient? client;

    public ControlPlane Plane => plane!;

    /// <summary>The administrator's.</summary>
    public KubernetesClient Client => client!;

    public KubernetesClientConfiguration Configuration =>
        KubernetesClientConfiguration.BuildConfigFromConfigFile(Plane.KubeconfigPath);

    public KubernetesClient NewClient(KubernetesClientOptions? options = null, EntityTypes? types = null) =>
        new(Configuration, types, options);

    public async Task InitializeAsync()
    {
        plane = await ControlPlane.StartAsync();
        client = NewClient();
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
        var name = $"test-{Guid.NewGuid():n}"[..16];
        await Plane.CreateNamespaceAsync(name);
        return name;
    }
}

[CollectionDefinition(Name)]
public sealed class ControlPlaneCollection : ICollectionFixture<ControlPlaneFixture>
{
    public const string Name = "control plane";
}

/// <summary>An API server that tests may kill. It runs beside the other one, so that nobody else is hit.</summary>
public sealed class KillableControlPlaneFixture : ControlPlaneFixture;

[CollectionDefinition(Name)]
public sealed class KillableControlPlaneCollection : ICollectionFixture<KillableControlPlaneFixture>
{
    public const string Name = "killable control plane";
}
