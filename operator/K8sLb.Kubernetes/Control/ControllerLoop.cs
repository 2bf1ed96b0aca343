using System.Collections.Concurrent;
using K8sLb.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace K8sLb.Kubernetes;

/// <summary>
/// Calls a controller for every entity of an informer that changed, and for those that other sources enqueue. Entities are
/// independent: a failing or slow one delays nobody else, as long as a worker is free.
/// </summary>
public sealed partial class ControllerLoop<T> : IDisposable
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Informer<T> informer;
    private readonly IEntityController<T> controller;
    private readonly ControllerOptions options;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly WorkQueue<ObjectKey> queue;

    /// <summary>Last states of deleted entities, kept until the controller has dealt with them.</summary>
    private readonly ConcurrentDictionary<ObjectKey, T> deleted = new();

    public ControllerLoop(
        Informer<T> informer,
        IEntityController<T> controller,
        ControllerOptions options,
        ILogger<ControllerLoop<T>> logger,
        TimeProvider? time = null
    )
    {
        this.informer = informer;
        this.controller = controller;
        this.options = options;
        this.logger = logger;
        this.time = time ?? TimeProvider.System;
        queue = new WorkQueue<ObjectKey>(options.Name, options.RetryBackoff, this.time);
        informer.Subscribe(OnChange);
    }

    /// <summary>Something that the entity depends on has changed.</summary>
    public void Enqueue(ObjectKey key) => queue.Add(key);

    /// <summary>Of several delays for an entity the shortest counts.</summary>
    public void EnqueueAfter(ObjectKey key, TimeSpan delay) => queue.AddAfter(key, delay);

    /// <summary>
    /// Works from the informer's first list until cancelled, and returns when every worker has ended. May be run again after that, as
    /// for the next term of a leader: what happened in between has been queued.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await informer.WaitForSyncAsync(cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => WorkAsync(cancellationToken)))
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { }
    }

    public void Dispose() => queue.Dispose();

    private void OnChange(StoreChange<T> change)
    {
        if (change.Kind == StoreChangeKind.Deleted)
        {
            deleted[change.Latest.Key()] = change.Latest;
        }
        queue.Add(change.Latest.Key());
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var key = await queue.TakeAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                // A key may have been given out in the same moment as the stop.
                cancellationToken.ThrowIfCancellationRequested();
                await HandleAsync(key, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Interrupted: it is the first thing to do if the loop is run again.
                queue.Add(key);
                throw;
            }
            finally
            {
                queue.Done(key);
            }
        }
    }

    private async Task HandleAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (success, requeueAfter) = await TryAsync(key, cancellationToken).ConfigureAwait(false);
        KubernetesMetrics.ReconcileDuration.Record(
            time.GetElapsedTime(started).TotalSeconds,
            new KeyValuePair<string, object?>("queue", options.Name),
            new KeyValuePair<string, object?>("outcome", success ? "success" : "failure")
        );
        if (success)
        {
            queue.Forget(key);
        }
        if (requeueAfter is { } delay)
        {
            queue.AddAfter(key, delay);
        }
        else if (!success)
        {
            queue.AddRateLimited(key);
        }
    }

    private async Task<(bool Success, TimeSpan? RequeueAfter)> TryAsync(ObjectKey key, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(options.ReconcileTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        try
        {
            // The tombstone is read before the store: what is deleted in between is enqueued again.
            if (deleted.TryGetValue(key, out var gone))
            {
                var end = await controller.DeletedAsync(gone, either.Token).ConfigureAwait(false);
                if (!end.IsSuccess)
                {
                    return Failed(key, end);
                }
                deleted.TryRemove(new KeyValuePair<ObjectKey, T>(key, gone));
            }
            if (informer.Store.Get(key) is not { } entity)
            {
                return (true, null);
            }
            var result = await controller.ReconcileAsync(entity, either.Token).ConfigureAwait(false);
            return result.IsSuccess ? (true, result.RequeueAfter) : Failed(key, result);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            LogFailed(e, options.Name, key, e.Message);
            return (false, null);
        }
    }

    private (bool Success, TimeSpan? RequeueAfter) Failed(ObjectKey key, ReconciliationResult<T> result)
    {
        LogFailed(result.Error, options.Name, key, result.ErrorMessage ?? "");
        return (false, result.RequeueAfter);
    }

    [LoggerMessage(EventId = 120, Level = LogLevel.Error, Message = "{Controller}: {Key} failed: {Reason}")]
    private partial void LogFailed(Exception? e, string controller, ObjectKey key, string reason);
}
