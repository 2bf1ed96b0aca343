namespace K8sLb.Sidecar.Control;

/// <summary>
/// Exponential back-off with full jitter, so that the sidecars of a large pool do not all redial a restarted operator in
/// the same instant.
/// </summary>
public sealed class Backoff(TimeSpan shortest, TimeSpan longest, Random random)
{
    private int failures;

    /// <summary>From <c>shortest</c> up to a bound that doubles with each call, and is <c>longest</c> at most.</summary>
    public TimeSpan Next()
    {
        var bound = shortest * Math.Pow(2, ++failures);
        bound = bound < longest ? bound : longest;
        return shortest + ((bound - shortest) * random.NextDouble());
    }

    public void Reset() => failures = 0;
}
