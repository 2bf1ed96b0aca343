using System.Collections.Concurrent;
using K8sLb.Kubernetes.Models;
using K8sLb.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Kubernetes.Tests;

/// <summary>
/// An informer at work, and a mirror that is kept from its changes alone: where a change does not fit what came before, it says so.
/// </summary>
internal sealed class RunningInformer<T> : IAsyncDisposable
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<ObjectKey, T> mirror = new();
    private readonly ConcurrentQueue<string> contradictions = new();
    private readonly IKubernetesClient client;
    private readonly InformerOptions<T> options;
    private readonly Task running;

    public RunningInformer(IKubernetesClient client, InformerOptions<T> options)
    {
        this.client = client;
        this.options = options with
        {
            Backoff = new BackoffOptions
            {
                Initial = TimeSpan.FromMilliseconds(50),
                Maximum = TimeSpan.FromMilliseconds(500),
            },
        };
        Informer = new Informer<T>(client, this.options, NullLogger<Informer<T>>.Instance);
        Informer.Subscribe(OnChange);
        running = Informer.RunAsync(stop.Token);
    }

    public Informer<T> Informer { get; }

    public ConcurrentQueue<StoreChange<T>> Changes { get; } = new();

    public Task SyncedAsync() => Informer.WaitForSyncAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

    public Task HasAsync(string name, Func<T, bool>? that = null) =>
        Eventually.IsTrue(
            () => Informer.Store.Get(name, options.Namespace) is { } found && (that is null || that(found)),
            $"the store holds {name}"
        );

    public Task HasNotAsync(string name) =>
        Eventually.IsTrue(() => Informer.Store.Get(name, options.Namespace) is null, $"the store does not hold {name}");

    /// <summary>Waits until the store is at the version of a list made now, and compares object by object.</summary>
    public async Task ShouldEqualAFreshListAsync(IKubernetesClient? listing = null)
    {
        var list = await (listing ?? client).ListAsync<T>(
            options.Namespace,
            options.LabelSelector,
            options.FieldSelector
        );
        var expected = list.Items.ToDictionary(i => i.Key(), i => (i.Uid(), i.ResourceVersion()));
        await Eventually.IsTrue(
            () =>
                Versions(Informer.Store.Items).Count == expected.Count
                && Same(Versions(Informer.Store.Items), expected),
            $"the store equals a fresh list of {expected.Count} objects"
        );
        contradictions.ShouldBeEmpty();
        Same(Versions(mirror), expected).ShouldBeTrue("the changes add up to the list");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
        stop.Dispose();
    }

    private static Dictionary<ObjectKey, (string, string)> Versions(IEnumerable<KeyValuePair<ObjectKey, T>> items) =>
        items.ToDictionary(i => i.Key, i => (i.Value.Uid(), i.Value.ResourceVersion()));

    private static bool Same(
        Dictionary<ObjectKey, (string, string)> actual,
        Dictionary<ObjectKey, (string, string)> expected
    ) => actual.Count == expected.Count && !actual.Except(expected).Any();

    private void OnChange(StoreChange<T> change)
    {
        Changes.Enqueue(change);
        var key = change.Latest.Key();
        var known = mirror.GetValueOrDefault(key);
        var fits = change.Kind switch
        {
            StoreChangeKind.Added => known is null,
            StoreChangeKind.Updated => known == change.Old && change.Old!.Uid() == change.New!.Uid(),
            _ => known is not null && known.Uid() == change.Old!.Uid(),
        };
        if (!fits)
        {
            contradictions.Enqueue($"{change.Kind} {key} after {known}");
        }
        if (change.New is { } present)
        {
            mirror[key] = present;
        }
        else
        {
            mirror.TryRemove(key, out _);
        }
    }
}
