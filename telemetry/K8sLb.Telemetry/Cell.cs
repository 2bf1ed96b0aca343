namespace K8sLb.Telemetry;

/// <summary>What was measured with the same tags.</summary>
internal sealed class Cell(SeriesKind kind, KeyValuePair<string, object?>[] tags)
{
    /// <summary>Upper bounds, in seconds: what this project has histograms of are durations.</summary>
    public static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly long[] buckets = kind == SeriesKind.Histogram ? new long[Bounds.Length + 1] : [];
    private double value;

    public IReadOnlyList<KeyValuePair<string, object?>> Tags => tags;

    /// <summary>Of a histogram the sum of all.</summary>
    public double Value => Volatile.Read(ref value);

    /// <summary>How many were at most each of <see cref="Bounds"/>, and behind them those above all.</summary>
    public long[] Buckets => Array.ConvertAll(buckets, b => Volatile.Read(ref b));

    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> others)
    {
        if (others.Length != tags.Length)
        {
            return false;
        }
        for (var i = 0; i < tags.Length; i++)
        {
            if (tags[i].Key != others[i].Key || !Equals(tags[i].Value, others[i].Value))
            {
                return false;
            }
        }
        return true;
    }

    public void Record(double measured)
    {
        if (kind is SeriesKind.Gauge or SeriesKind.ObservedSum)
        {
            Volatile.Write(ref value, measured);
            return;
        }
        if (kind == SeriesKind.Histogram)
        {
            var bucket = Array.FindIndex(Bounds, bound => measured <= bound);
            Interlocked.Increment(ref buckets[bucket < 0 ? Bounds.Length : bucket]);
        }
        Add(measured);
    }

    private void Add(double more)
    {
        var seen = Value;
        while (true)
        {
            var other = Interlocked.CompareExchange(ref value, seen + more, seen);
            if (other.Equals(seen))
            {
                return;
            }
            seen = other;
        }
    }
}
