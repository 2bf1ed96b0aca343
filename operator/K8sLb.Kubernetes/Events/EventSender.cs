using K8sLb.Kubernetes.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>Brings the server's event up to what was counted.</summary>
internal sealed class EventSender(IKubernetesClient client, EventRecorderOptions options, TimeProvider time)
{
    // Longest object name, less the point and 16 digits.
    private const int LongestPrefix = 253 - 17;

    private const int LongestInstance = 128;

    private long lastId;

    /// <exception cref="KubernetesException">Refused, also for a server that asks for patience.</exception>
    public async Task SendAsync(EventSeriesState state, int count, CancellationToken cancellationToken)
    {
        if (state.IsCreated)
        {
            if (await TryPatchAsync(state, count, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
            state.IsCreated = false;
            state.Name = null;
        }
        state.Name ??= UniqueName(state.Key.Regarding);
        try
        {
            await client.CreateAsync(Event(state, count), cancellationToken).ConfigureAwait(false);
            state.IsCreated = true;
        }
        catch (KubernetesException e) when (e.IsAlreadyExists)
        {
            // Created by a try whose answer was lost, maybe with a lower count.
            state.IsCreated = count == 1 || await TryPatchAsync(state, count, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>False where the event is gone: the server keeps events for an hour only.</returns>
    private async Task<bool> TryPatchAsync(EventSeriesState state, int count, CancellationToken cancellationToken)
    {
        var patch = V1Patch.Merge(
            new EventSeriesPatch { Series = Series(state, count) },
            WireJson.Default.EventSeriesPatch
        );
        try
        {
            await client
                .PatchAsync<Eventsv1Event>(patch, state.Name!, Namespace(state.Key.Regarding), cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private Eventsv1Event Event(EventSeriesState state, int count)
    {
        var instance = options.ReportingInstance;
        return new Eventsv1Event
        {
            Metadata = new V1ObjectMeta { Name = state.Name, NamespaceProperty = Namespace(state.Key.Regarding) },
            EventTime = state.FirstSeen,
            Series = count > 1 ? Series(state, count) : null,
            ReportingController = options.ReportingController,
            ReportingInstance = instance.Length <= LongestInstance ? instance : instance[..LongestInstance],
            Action = state.Key.Action,
            Reason = state.Key.Reason,
            Regarding = state.Key.Regarding,
            Related = state.Key.Related,
            Note = state.Key.Note,
            Type = state.Key.Type.ToString(),
        };
    }

    private static Eventsv1EventSeries Series(EventSeriesState state, int count) =>
        new() { Count = count, LastObservedTime = state.LastSeen };

    /// <summary>Events on cluster-scoped objects live in the namespace "default", as the API demands.</summary>
    private static string Namespace(V1ObjectReference regarding) =>
        string.IsNullOrEmpty(regarding.NamespaceProperty) ? "default" : regarding.NamespaceProperty;

    /// <summary>With the time, made unique.</summary>
    private string UniqueName(V1ObjectReference regarding)
    {
        var prefix = regarding.Name ?? "";
        lastId = Math.Max(lastId + 1, time.GetUtcNow().UtcTicks);
        return $"{(prefix.Length <= LongestPrefix ? prefix : prefix[..LongestPrefix])}.{lastId:x16}";
    }
}
