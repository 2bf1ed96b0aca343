using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Demo;

/// <summary>The application's pods and its pool, as the API server has them at any moment.</summary>
internal sealed class ShopObserver : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly Informer<V1Pod> pods;
    private readonly Informer<BackendPool> pools;
    private readonly Task watching;

    public ShopObserver(IKubernetesClient api, string @namespace)
    {
        pods = new(
            api,
            new InformerOptions<V1Pod> { Namespace = @namespace, LabelSelector = "app=shop" },
            NullLogger<Informer<V1Pod>>.Instance
        );
        pools = new(
            api,
            new InformerOptions<BackendPool> { Namespace = @namespace },
            NullLogger<Informer<BackendPool>>.Instance
        );
        watching = Task.WhenAll(pods.RunAsync(stopping.Token), pools.RunAsync(stopping.Token));
    }

    public IEnumerable<V1Pod> Pods => pods.Store.Items.Values;

    /// <summary>Null without K8sLb, and before the operator has written one.</summary>
    public BackendPoolStatus? PoolStatus => pools.Store.Items.Values.FirstOrDefault()?.Status;

    public Task WaitForSyncAsync(CancellationToken cancellation) =>
        Task.WhenAll(pods.WaitForSyncAsync(cancellation), pools.WaitForSyncAsync(cancellation));

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }
}
