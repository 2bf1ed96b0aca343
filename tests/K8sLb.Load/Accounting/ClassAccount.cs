using System.Diagnostics;

namespace K8sLb.Load;

/// <summary>What one class of requests met. The recorder's lock guards it.</summary>
internal sealed class ClassAccount
{
    private readonly List<double> waits = [];
    private readonly Dictionary<FailureKind, long> failures = [];
    private long requests;
    private long? lastSuccess;
    private double longestStallMs;

    public IReadOnlyList<double> Waits => waits;

    public void Begun() => requests++;

    /// <param name="steadyAt">Now; null where the load is no longer steady, so that gaps mean nothing.</param>
    public void Succeeded(double waitMs, long? steadyAt)
    {
        waits.Add(waitMs);
        if (lastSuccess is { } last && steadyAt is { } now)
        {
            longestStallMs = Math.Max(longestStallMs, Stopwatch.GetElapsedTime(last, now).TotalMilliseconds);
        }
        lastSuccess = steadyAt;
    }

    public void Failed(double waitMs, FailureKind kind)
    {
        failures[kind] = failures.GetValueOrDefault(kind) + 1;
        waits.Add(waitMs);
    }

    public ClassReport Report()
    {
        var sorted = Quantile.Sorted(waits);
        return new()
        {
            Requests = requests,
            Failed = failures.Values.Sum(),
            FailuresByKind = new Dictionary<FailureKind, long>(failures),
            P50Ms = Quantile.Of(sorted, 0.50),
            P99Ms = Quantile.Of(sorted, 0.99),
            LongestWaitMs = Quantile.Of(sorted, 1),
            LongestStallMs = longestStallMs,
        };
    }
}
