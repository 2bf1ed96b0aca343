namespace K8sLb.Sidecar.Draining;

/// <summary>
/// How many connections may be asked to move now: a token bucket of a tenth of a second, so that no second sees more than
/// 1.1 times the rate. Faster only where the rest could not be through in time.
/// </summary>
public struct ReleasePace
{
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);
    private double tokens;

    /// <summary>The granted rate was not enough.</summary>
    public bool IsRaised { get; private set; }

    /// <param name="waiting">Connections that were not asked yet.</param>
    /// <param name="perSecond">The granted rate.</param>
    /// <param name="elapsed">Since the last call.</param>
    /// <param name="left">Until all of them should have been asked.</param>
    /// <returns>At most <paramref name="waiting"/>.</returns>
    public int Take(int waiting, double perSecond, TimeSpan elapsed, TimeSpan left)
    {
        if (waiting == 0)
        {
            tokens = 0;
            return 0;
        }
        var needed = left > Burst ? waiting / left.TotalSeconds : double.PositiveInfinity;
        // A rate that is just met is not raised: ten connections a second that take a second need ten a second.
        if (needed > perSecond * 1.01)
        {
            IsRaised = true;
            perSecond = needed;
        }
        if (double.IsPositiveInfinity(perSecond))
        {
            return waiting;
        }
        // What is left over is less than one connection, so this bounds the bucket.
        tokens += perSecond * (elapsed < Burst ? elapsed : Burst).TotalSeconds;
        var taken = Math.Min(waiting, (int)tokens);
        tokens -= taken;
        return taken;
    }
}
