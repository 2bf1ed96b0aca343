namespace K8sLb.Kubernetes;

public sealed record EventRecorderOptions
{
    /// <summary>A qualified name such as <c>k8slb.io/operator</c>.</summary>
    public required string ReportingController { get; init; }

    /// <summary>Which process of it; cut at 128 characters.</summary>
    public required string ReportingInstance { get; init; }

    /// <summary>Events that wait to be sent; further ones are dropped and counted.</summary>
    public int QueueCapacity { get; init; } = 1000;

    /// <summary>How often at most the count of one event is brought up to date.</summary>
    public TimeSpan SeriesInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After this time without a repeat the next one is an event of its own.</summary>
    public TimeSpan SeriesWindow { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>Different events whose repeats are counted at the same time; beyond, the ones silent for longest are forgotten.</summary>
    public int MaximumSeries { get; init; } = 4096;

    /// <summary>Tries for one event before it is dropped.</summary>
    public int Attempts { get; init; } = 10;

    public BackoffOptions Backoff { get; init; } = new() { Initial = TimeSpan.FromSeconds(1) };

    /// <summary>How long a stop waits for what is still to be sent.</summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(3);
}
