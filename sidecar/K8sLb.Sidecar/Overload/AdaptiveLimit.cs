using K8sLb.Protocol;

namespace K8sLb.Sidecar.Overload;

/// <summary>The <see cref="GradientLimit"/> of this member's application. Answers are noted by any thread, followed by one.</summary>
public sealed class AdaptiveLimit(Random random, TimeProvider clock)
{
    /// <summary>Where it begins to look, as there.</summary>
    private const int Initial = 20;

    /// <summary>Answers that make a mean; of fewer, all that come in <see cref="LongestWindow"/>.</summary>
    private const int EnoughAnswers = 10;
    private static readonly TimeSpan LongestWindow = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Shortest = TimeSpan.FromMicroseconds(1);

    private GradientLimit gradient = new(Initial, random.Next(GradientLimit.MeasuredEvery));
    private int limit = int.MaxValue;
    private long answers;
    private long ticks;
    private int most;
    private long begun = clock.GetTimestamp();

    public int Limit => Volatile.Read(ref limit);

    public void Note(TimeSpan took, int inFlight)
    {
        Interlocked.Add(ref ticks, took.Ticks);
        Interlocked.Increment(ref answers);
        var seen = Volatile.Read(ref most);
        while (inFlight > seen)
        {
            var other = Interlocked.CompareExchange(ref most, inFlight, seen);
            if (other == seen)
            {
                break;
            }
            seen = other;
        }
    }

    /// <summary>Closes a window where it has seen enough.</summary>
    public void Follow(CircuitBreakerPolicy? policy)
    {
        if (policy?.Adaptive is not { } asked)
        {
            return;
        }
        var rules = new GradientRules(
            asked.MinInFlight,
            policy.MaxInFlight,
            asked.Tolerance,
            asked.Smoothing,
            asked.QueueAllowance
        );
        var count = Volatile.Read(ref answers);
        if (count >= EnoughAnswers || (count > 0 && clock.GetElapsedTime(begun) >= LongestWindow))
        {
            gradient = gradient.Next(rules, TakeWindow());
            begun = clock.GetTimestamp();
        }
        Volatile.Write(ref limit, (int)gradient.At(rules));
    }

    /// <summary>An answer that is noted meanwhile falls into one window or the other.</summary>
    private LatencyWindow TakeWindow()
    {
        var count = Interlocked.Exchange(ref answers, 0);
        var mean = TimeSpan.FromTicks(Interlocked.Exchange(ref ticks, 0) / count);
        return new((mean > Shortest ? mean : Shortest).TotalSeconds, Interlocked.Exchange(ref most, 0));
    }
}
