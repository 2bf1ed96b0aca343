namespace K8sLb.Sidecar.Observability;

/// <summary>Lets one line a second through, for what can happen with every request; metrics count them all.</summary>
public sealed class LogThrottle(TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private long last = long.MinValue;

    public bool TryPass()
    {
        var now = clock.GetTimestamp();
        var seen = Volatile.Read(ref last);
        return (seen == long.MinValue || clock.GetElapsedTime(seen, now) >= Interval)
            && Interlocked.CompareExchange(ref last, now, seen) == seen;
    }
}
