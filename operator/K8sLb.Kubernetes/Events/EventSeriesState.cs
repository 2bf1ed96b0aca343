namespace K8sLb.Kubernetes;

/// <summary>One event and its repeats, as far as this process has counted and the server has been told.</summary>
internal sealed class EventSeriesState(EventKey key, DateTimeOffset firstSeen)
{
    public EventKey Key { get; } = key;
    public DateTimeOffset FirstSeen { get; } = firstSeen;
    public DateTimeOffset LastSeen { get; set; } = firstSeen;
    public int Count { get; set; } = 1;

    /// <summary>Chosen with the first try and kept, so that a try whose answer was lost makes no second event.</summary>
    public string? Name { get; set; }

    public bool IsCreated { get; set; }

    /// <summary>The count that the server knows; 0 before the first sending.</summary>
    public int SentCount { get; set; }

    public int Failures { get; set; }

    /// <summary>Nothing is sent before this time.</summary>
    public DateTimeOffset NotBefore { get; set; } = firstSeen;

    public bool IsPending => SentCount < Count;
}
