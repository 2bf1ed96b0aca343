using K8sLb.Kubernetes;
using K8sLb.LocalCluster;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>A real API server that knows BackendPool; each test works in a namespace of its own.</summary>
public sealed class OperatorCluster : IAsyncLifetime, IDisposable
{
    private ControlPlane? controlPlane;
    private KubernetesClient? client;

    public ControlPlane ControlPlane => controlPlane!;

    public IKubernetesClient Client => client!;

    public async Task InitializeAsync()
    {
        controlPlane = await ControlPlane.StartAsync(new() { Audit = true });
        await controlPlane.ApplyCrdAsync(RepositoryFiles.Crd);
        client = new KubernetesClient(
            KubernetesClientConfiguration.BuildConfigFromConfigFile(controlPlane.KubeconfigPath),
            ApiTypes.All
        );
    }

    public void Dispose() => client?.Dispose();

    public async Task DisposeAsync()
    {
        if (controlPlane is not null)
        {
            await controlPlane.DisposeAsync();
        }
    }
}

[CollectionDefinition(Name)]
public sealed class ClusterTests : ICollectionFixture<OperatorCluster>
{
    public const string Name = "a real API server";
}
