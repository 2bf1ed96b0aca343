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
        controlPlane = await ControlPlane.StartAsync();
        // The server drops what it does not know of the CRD; without the flag kubectl would refuse it on an old server.
        await controlPlane.KubectlAsync("apply", "--validate=false", "-f", RepositoryFiles.Crd);
        await controlPlane.KubectlAsync(
            "wait",
            "--for=condition=Established",
            "--timeout=30s",
            "crd/backendpools.k8slb.io"
        );
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
