using System.Collections.Concurrent;
using System.Net;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.LocalCluster.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>
/// Plays the kubelet for one namespace: its pods' containers are processes of this machine, each pod on an address of its own.
/// </summary>
internal sealed class PodRunner : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (RunningPod Pod, Task Life)> pods = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> mishaps = new();
    private readonly CancellationTokenSource stop = new();
    private readonly IKubernetesClient client;
    private readonly LoopbackRange addresses;
    private readonly Uri control;
    private readonly RunDirectory run;
    private readonly IdentityVolume identity;
    private readonly Task watching;

    public PodRunner(
        IKubernetesClient client,
        string @namespace,
        LoopbackRange addresses,
        Uri control,
        RunDirectory run,
        IdentityVolume identity
    )
    {
        (this.client, this.addresses, this.control, this.run) = (client, addresses, control, run);
        this.identity = identity;
        var options = new InformerOptions<V1Pod> { Namespace = @namespace };
        Informer = new Informer<V1Pod>(client, options, NullLogger<Informer<V1Pod>>.Instance);
        Informer.Subscribe(OnChange);
        watching = Informer.RunAsync(stop.Token);
    }

    public Informer<V1Pod> Informer { get; }

    /// <summary>Pods that run, those being deleted included.</summary>
    public IReadOnlyCollection<string> Names => [.. pods.Values.Select(p => p.Pod.Name)];

    /// <summary>What went wrong here, and not in what is tested: empty, or the test means nothing.</summary>
    public IReadOnlyCollection<string> Mishaps =>
        [.. mishaps, .. pods.Values.Select(p => p.Pod.Mishap).OfType<string>()];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(pods.Values.Select(p => p.Life));
        await watching.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
    }

    private void OnChange(StoreChange<V1Pod> change)
    {
        var pod = change.Latest;
        if (change.Kind is StoreChangeKind.Added && !stop.IsCancellationRequested)
        {
            var running = new RunningPod(client, pod, addresses.Next(), control, run, identity);
            pods[pod.Uid()] = (running, LiveAsync(running, pod.Uid()));
        }
        if (
            (pod.Metadata.DeletionTimestamp is not null || change.New is null)
            && pods.TryGetValue(pod.Uid(), out var at)
        )
        {
            at.Pod.Delete(pod);
        }
    }

    private async Task LiveAsync(RunningPod pod, string uid)
    {
        await Task.Yield();
        try
        {
            await pod.RunAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { }
        catch (Exception e)
        {
            mishaps.Enqueue($"{pod.Name}: {e}");
        }
        if (pod.Mishap is { } mishap)
        {
            mishaps.Enqueue(mishap);
        }
        pods.TryRemove(uid, out _);
    }
}
