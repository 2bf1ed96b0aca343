using System.Threading.Channels;
using K8sLb.Kubernetes.Models;
using Microsoft.Extensions.Logging;

namespace K8sLb.Kubernetes;

/// <summary>Sends events in the background, in order, repeats as a series with a count.</summary>
public sealed partial class EventRecorder : IEventRecorder
{
    private readonly EventRecorderOptions options;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly EventAggregator aggregator;
    private readonly EventSender sender;
    private readonly Channel<(EventKey Key, DateTimeOffset At)> queue;

    public EventRecorder(
        IKubernetesClient client,
        EventRecorderOptions options,
        ILogger<EventRecorder> logger,
        TimeProvider? time = null
    )
    {
        this.options = options;
        this.logger = logger;
        this.time = time ?? TimeProvider.System;
        aggregator = new EventAggregator(options);
        sender = new EventSender(client, options, this.time);
        queue = Channel.CreateBounded<(EventKey, DateTimeOffset)>(
            new BoundedChannelOptions(options.QueueCapacity) { SingleReader = true }
        );
    }

    public void Publish(
        V1ObjectReference regarding,
        EventType type,
        string reason,
        string action,
        string note,
        V1ObjectReference? related = null
    )
    {
        var key = EventKey.Create(regarding, type, reason, action, note, related);
        if (!queue.Writer.TryWrite((key, time.GetUtcNow())))
        {
            Count("dropped");
        }
    }

    /// <summary>Sends until cancelled, then what is left for at most <see cref="EventRecorderOptions.FlushTimeout"/>.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await WaitAsync(cancellationToken).ConfigureAwait(false);
                TakeQueued();
                await SendAsync(aggregator.Due(time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
                aggregator.Expire(time.GetUtcNow());
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await FlushAsync().ConfigureAwait(false);
        }
    }

    /// <summary>For something new, or until something known is due.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (aggregator.NextDue is not { } due)
        {
            await queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
            return;
        }
        var wait = due - time.GetUtcNow();
        if (wait > TimeSpan.Zero)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(
                    queue.Reader.WaitToReadAsync(either.Token).AsTask(),
                    Task.Delay(wait, time, either.Token)
                )
                .ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void TakeQueued()
    {
        while (queue.Reader.TryRead(out var item))
        {
            foreach (var _ in aggregator.Add(item.Key, item.At))
            {
                Count("dropped");
            }
        }
    }

    private async Task SendAsync(IEnumerable<EventSeriesState> due, CancellationToken cancellationToken)
    {
        foreach (var state in due)
        {
            var count = state.Count;
            var isNew = state.SentCount == 0;
            try
            {
                await sender.SendAsync(state, count, cancellationToken).ConfigureAwait(false);
                aggregator.Sent(state, count, time.GetUtcNow());
                Count(isNew ? "created" : "counted");
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                OnFailure(state, e);
            }
        }
    }

    private void OnFailure(EventSeriesState state, Exception e)
    {
        Count("failed");
        // The server will not change its mind about an event that is wrong, or whose namespace is gone.
        var isFinal = e is KubernetesException { Status.Code: >= 400 and < 500 and not 401 and not 403 and not 429 };
        if (isFinal)
        {
            aggregator.Drop(state);
        }
        if (isFinal || !aggregator.Failed(state, time.GetUtcNow()))
        {
            Count("dropped");
            LogDropped(e, state.Key.Reason, state.Key.Regarding.Name ?? "", state.Key.Note);
        }
    }

    private async Task FlushAsync()
    {
        TakeQueued();
        using var timeout = new CancellationTokenSource(options.FlushTimeout, time);
        try
        {
            await SendAsync(aggregator.Pending, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogFlushFailed(e, aggregator.Pending.Count);
        }
    }

    private static void Count(string outcome) =>
        KubernetesMetrics.Events.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    [LoggerMessage(
        EventId = 140,
        Level = LogLevel.Warning,
        Message = "Event {Reason} on {Name} could not be sent: {Note}"
    )]
    private partial void LogDropped(Exception e, string reason, string name, string note);

    [LoggerMessage(EventId = 141, Level = LogLevel.Warning, Message = "{Count} events were not sent before the stop")]
    private partial void LogFlushFailed(Exception e, int count);
}
