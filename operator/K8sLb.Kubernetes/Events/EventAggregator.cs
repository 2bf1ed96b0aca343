namespace K8sLb.Kubernetes;

/// <summary>Counts repeats and says what is to be sent when. Used by one thread.</summary>
internal sealed class EventAggregator(EventRecorderOptions options)
{
    private readonly Dictionary<EventKey, EventSeriesState> series = [];

    public int Count => series.Count;

    /// <returns>Series that had to make room before they were sent whole.</returns>
    public IReadOnlyList<EventSeriesState> Add(EventKey key, DateTimeOffset at)
    {
        if (series.TryGetValue(key, out var known) && at - known.LastSeen < options.SeriesWindow)
        {
            known.Count++;
            known.LastSeen = at;
            return [];
        }
        series[key] = new EventSeriesState(key, at);
        return series.Count > options.MaximumSeries ? MakeRoom() : [];
    }

    public IReadOnlyList<EventSeriesState> Due(DateTimeOffset now) =>
        [.. series.Values.Where(s => s.IsPending && s.NotBefore <= now)];

    public IReadOnlyList<EventSeriesState> Pending => [.. series.Values.Where(s => s.IsPending)];

    /// <summary>When <see cref="Due"/> will have something; null where nothing is pending.</summary>
    public DateTimeOffset? NextDue =>
        series.Values.Where(s => s.IsPending).Select(s => (DateTimeOffset?)s.NotBefore).Min();

    public void Sent(EventSeriesState state, int count, DateTimeOffset now)
    {
        state.SentCount = count;
        state.Failures = 0;
        state.NotBefore = now + options.SeriesInterval;
    }

    /// <returns>False where this was the last try.</returns>
    public bool Failed(EventSeriesState state, DateTimeOffset now)
    {
        state.Failures++;
        state.NotBefore = now + options.Backoff.After(state.Failures);
        return state.Failures < options.Attempts || !Drop(state);
    }

    public bool Drop(EventSeriesState state) =>
        series.TryGetValue(state.Key, out var current) && current == state && series.Remove(state.Key);

    /// <summary>Forgets series that have ended and been sent.</summary>
    public void Expire(DateTimeOffset now)
    {
        foreach (var state in series.Values)
        {
            if (!state.IsPending && now - state.LastSeen >= options.SeriesWindow)
            {
                series.Remove(state.Key);
            }
        }
    }

    /// <summary>A tenth at once, or every further event would search for the oldest.</summary>
    private List<EventSeriesState> MakeRoom()
    {
        var oldest = series.Values.OrderBy(s => s.LastSeen).Take(Math.Max(1, options.MaximumSeries / 10)).ToList();
        foreach (var state in oldest)
        {
            series.Remove(state.Key);
        }
        return [.. oldest.Where(s => s.IsPending)];
    }
}
