using K8sLb.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace K8sLb.Kubernetes;

/// <summary>
/// Keeps a store equal to what the server holds, by a list and a watch from there on, and tells handlers what changed. Runs until
/// it is cancelled: every failure is logged, counted and followed by another try.
/// </summary>
public sealed partial class Informer<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly StoreWriter<T> store;
    private readonly Reflector<T> reflector;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<StoreChange<T>>[] handlers = [];

    public Informer(
        IKubernetesClient client,
        InformerOptions<T> options,
        ILogger<Informer<T>> logger,
        TimeProvider? time = null
    )
    {
        this.logger = logger;
        store = new StoreWriter<T>(options.Indexers);
        reflector = new Reflector<T>(client, options, this, logger, time ?? TimeProvider.System);
    }

    public StoreSnapshot<T> Store => store.Current;

    /// <summary>The first list is in the store and its handlers have been called. Stays true through later failures.</summary>
    public bool HasSynced => synced.Task.IsCompleted;

    public Task WaitForSyncAsync(CancellationToken cancellationToken) => synced.Task.WaitAsync(cancellationToken);

    /// <summary>
    /// Calls <paramref name="handler"/> for every object that is there (as added), then for every change, one at a time and in order.
    /// It must be quick, since the watch waits for it: add to a queue. Its exceptions are logged and counted.
    /// </summary>
    public void Subscribe(Action<StoreChange<T>> handler)
    {
        lock (gate)
        {
            foreach (var entity in store.Current.Items.Values)
            {
                Call(handler, new StoreChange<T>(null, entity));
            }
            handlers = [.. handlers, handler];
        }
    }

    /// <summary>Ends by cancellation only. May be called once.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => reflector.RunAsync(cancellationToken);

    internal void OnListed(KubernetesList<T> list)
    {
        lock (gate)
        {
            Tell(store.Replace(list));
        }
        foreach (var unreadable in list.Unreadable)
        {
            Report(unreadable);
        }
        synced.TrySetResult();
    }

    internal void OnWatched(WatchEvent<T> change)
    {
        lock (gate)
        {
            switch (change)
            {
                case { Type: WatchEventType.Added or WatchEventType.Modified, Entity: { } entity }:
                    Tell(store.Set(entity));
                    break;
                case { Type: WatchEventType.Deleted, Entity: { } entity }:
                    Tell(store.Remove(entity.Key(), entity, change.ResourceVersion));
                    break;
                case { Type: WatchEventType.Deleted, Unreadable: { } unreadable }:
                    Tell(store.Remove(unreadable.Key, null, change.ResourceVersion));
                    break;
                default:
                    store.Advance(change.ResourceVersion);
                    break;
            }
        }
        if (change.Unreadable is { } bad)
        {
            Report(bad);
        }
    }

    private void Report(UnreadableObject unreadable)
    {
        KubernetesMetrics.UnreadableObjects.Add(1, new KeyValuePair<string, object?>("resource", typeof(T).Name));
        LogUnreadable(typeof(T).Name, unreadable.Key, unreadable.Problem);
    }

    private void Tell(IReadOnlyList<StoreChange<T>> changes)
    {
        foreach (var change in changes)
        {
            foreach (var handler in handlers)
            {
                Call(handler, change);
            }
        }
    }

    private void Call(Action<StoreChange<T>> handler, StoreChange<T> change)
    {
        try
        {
            handler(change);
        }
        catch (Exception e)
        {
            KubernetesMetrics.HandlerFailures.Add(1, new KeyValuePair<string, object?>("resource", typeof(T).Name));
            LogHandlerFailed(e, typeof(T).Name, change.Latest.Key());
        }
    }

    [LoggerMessage(EventId = 100, Level = LogLevel.Error, Message = "A change handler for {Type} {Key} failed")]
    private partial void LogHandlerFailed(Exception e, string type, ObjectKey key);

    [LoggerMessage(
        EventId = 101,
        Level = LogLevel.Error,
        Message = "{Type} {Key} cannot be read, its last readable state is kept: {Problem}"
    )]
    private partial void LogUnreadable(string type, ObjectKey key, string problem);
}
