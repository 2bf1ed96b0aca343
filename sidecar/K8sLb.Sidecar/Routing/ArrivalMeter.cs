namespace K8sLb.Sidecar.Routing;

/// <summary>
/// How much work clients bring to this member: a mean over about ten seconds, weighted exponentially. Counted by any thread,
/// sampled by one.
/// </summary>
public sealed class ArrivalMeter
{
    /// <summary>Time constant of the mean.</summary>
    internal static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>Before that a rate is a guess.</summary>
    private static readonly TimeSpan LeastKnown = TimeSpan.FromSeconds(2);

    private long arrived;
    private long sampled;
    private TimeSpan known;
    private double mean;
    private double perSecond = double.NaN;

    /// <summary>Pieces of work that a place was chosen for; null until enough time has been seen.</summary>
    public double? PerSecond => Volatile.Read(ref perSecond) is var rate && double.IsNaN(rate) ? null : rate;

    public void Note() => Interlocked.Increment(ref arrived);

    /// <param name="elapsed">Since the sample before.</param>
    public void Sample(TimeSpan elapsed)
    {
        if (elapsed <= TimeSpan.Zero)
        {
            return;
        }
        var now = Volatile.Read(ref arrived);
        var rate = (now - sampled) / elapsed.TotalSeconds;
        sampled = now;
        // A plain mean until the window is full, so that the first sample does not weigh more than the others.
        var span = known + elapsed < Window ? known + elapsed : Window;
        mean += (rate - mean) * Math.Min(1, elapsed / span);
        known = span;
        if (known >= LeastKnown)
        {
            Volatile.Write(ref perSecond, mean);
        }
    }
}
