using K8sLb.Protocol;

namespace K8sLb.Sidecar.Control;

/// <summary>
/// Exponential back-off with full jitter, so that the sidecars of a large pool do not all redial a restarted operator in the same
/// instant; and never sooner than an operator that refused asked for.
/// </summary>
public sealed class DialPauses(TimeSpan shortest, TimeSpan longest, Random random)
{
    /// <summary>An operator has no reason to ask for more, and a sidecar that waits for longer is missed.</summary>
    private static readonly TimeSpan MostAskedFor = TimeSpan.FromSeconds(60);

    /// <summary>More doublings of any sensible start are beyond any sensible end, and in time beyond what a TimeSpan holds.</summary>
    private const int MostDoublings = 30;

    private int failures;

    /// <summary>
    /// From <c>shortest</c> up to a bound that doubles with each call, and is <c>longest</c> at most; or what was asked for, up to a
    /// quarter later, where that is more.
    /// </summary>
    public TimeSpan Next(Refusal? refusal)
    {
        failures = Math.Min(failures + 1, MostDoublings);
        var bound = Least(shortest * Math.Pow(2, failures), longest);
        var own = shortest + ((bound - shortest) * random.NextDouble());
        var asked = Least(TimeSpan.FromMilliseconds(Math.Max(0, refusal?.RetryAfterMs ?? 0)), MostAskedFor);
        var later = asked * (1 + (0.25 * random.NextDouble()));
        return own > later ? own : later;
    }

    public void Reset() => failures = 0;

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
