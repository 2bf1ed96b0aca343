using System.Collections.Concurrent;
using K8sLb.Kubernetes.Models;
using K8sLb.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Kubernetes.Tests;

/// <summary>A controller of config maps at work, with a record of its calls. Insists on never getting one entity twice at a time.</summary>
internal sealed class RunningController : IEntityController<V1ConfigMap>, IAsyncDisposable
{
    private readonly Func<V1ConfigMap, CancellationToken, Task<TimeSpan?>> reconcile;
    private readonly RunningInformer<V1ConfigMap> informer;
    private readonly ConcurrentDictionary<string, int> atWork = new();
    private CancellationTokenSource stop = new();
    private Task running;

    public RunningController(
        IKubernetesClient client,
        string @namespace,
        Func<V1ConfigMap, CancellationToken, Task<TimeSpan?>> reconcile,
        ControllerOptions options
    )
    {
        this.reconcile = reconcile;
        Namespace = @namespace;
        informer = new RunningInformer<V1ConfigMap>(
            client,
            new InformerOptions<V1ConfigMap>
            {
                Namespace = @namespace,
                FieldSelector = "metadata.name!=kube-root-ca.crt",
            }
        );
        Loop = new ControllerLoop<V1ConfigMap>(
            informer.Informer,
            this,
            options,
            NullLogger<ControllerLoop<V1ConfigMap>>.Instance
        );
        running = Loop.RunAsync(stop.Token);
    }

    public string Namespace { get; }
    public ControllerLoop<V1ConfigMap> Loop { get; }
    public ConcurrentQueue<string> Calls { get; } = new();

    public async Task<ReconciliationResult<V1ConfigMap>> ReconcileAsync(
        V1ConfigMap entity,
        CancellationToken cancellationToken
    )
    {
        atWork.AddOrUpdate(entity.Name(), 1, (_, n) => n + 1).ShouldBe(1);
        try
        {
            Calls.Enqueue($"reconcile {entity.Name()} {entity.Data!["key"]}");
            return ReconciliationResult<V1ConfigMap>.Success(entity, await reconcile(entity, cancellationToken));
        }
        finally
        {
            atWork[entity.Name()] = 0;
        }
    }

    public Task<ReconciliationResult<V1ConfigMap>> DeletedAsync(V1ConfigMap entity, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"delete {entity.Name()} {entity.Data!["key"]}");
        return Task.FromResult(ReconciliationResult<V1ConfigMap>.Success(entity));
    }

    public Task CalledAsync(string call, int times = 1) =>
        Eventually.IsTrue(() => Calls.Count(c => c == call) >= times, $"{call}, {times} times");

    public Task StoreHasAsync(string name, Func<V1ConfigMap, bool> that) => informer.HasAsync(name, that);

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await running;
    }

    /// <summary>After a stop.</summary>
    public void StartAgain()
    {
        stop.Dispose();
        stop = new CancellationTokenSource();
        running = Loop.RunAsync(stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await informer.DisposeAsync();
        Loop.Dispose();
        stop.Dispose();
    }
}
