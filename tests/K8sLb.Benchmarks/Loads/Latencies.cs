using System.Diagnostics;

namespace K8sLb.Benchmarks;

/// <summary>Every latency of a load; room is made beforehand, so that nothing is collected while it runs.</summary>
internal sealed class Latencies(int capacity = 1 << 19)
{
    private readonly List<float> us = new(capacity);

    public int Count => us.Count;

    public void Add(long stopwatchTicks) => AddUs(stopwatchTicks * 1e6 / Stopwatch.Frequency);

    public void AddUs(double microseconds) => us.Add((float)microseconds);

    public void Add(Latencies others) => us.AddRange(others.us);

    public double PercentileUs(double percent)
    {
        if (us.Count == 0)
        {
            throw new LoadFailedException("nothing was measured");
        }
        us.Sort();
        return us[Math.Min(us.Count - 1, (int)(us.Count * percent / 100))];
    }
}
