namespace K8sLb.Sidecar.Http.Upstreams;

/// <summary>
/// How many connections a pool of HTTP/2 has: a pure function of what it carries. Above 80 % of what its connections are meant to carry it grows
/// at once; below 30 % for a while it shrinks. In between it stays, so that it does not do one after the other.
/// </summary>
/// <param name="Size">Connections.</param>
/// <param name="LowSince">Since when less than 30 % has been in use; null while more is. On any clock that only goes forward.</param>
public readonly record struct PoolSize(int Size, TimeSpan? LowSince = null)
{
    public const double GrowsAbove = 0.8;
    private const double ShrinksBelow = 0.3;

    /// <summary>What it shrinks to has this part in use at most: far from growing again.</summary>
    private const double ShrinksTo = 0.55;

    public static PoolSize Smallest(in PoolSizeRules rules) => new(rules.Minimum);

    public PoolSize Next(in PoolSizeRules rules, int inFlight, TimeSpan now)
    {
        var size = Math.Clamp(Size, rules.Minimum, rules.Maximum);
        var use = (double)inFlight / rules.StreamsPerConnection;
        if (use > size * GrowsAbove)
        {
            return new(Fit(rules, use, GrowsAbove));
        }
        if (size == rules.Minimum || use >= size * ShrinksBelow)
        {
            return new(size);
        }
        var since = LowSince ?? now;
        return now - since < rules.ShrinksAfter ? new(size, since) : new(Fit(rules, use, ShrinksTo));
    }

    /// <summary>The smallest size of which no more than <paramref name="part"/> is in use.</summary>
    private static int Fit(in PoolSizeRules rules, double use, double part) =>
        (int)Math.Clamp(Math.Ceiling(use / part), rules.Minimum, rules.Maximum);
}

/// <param name="Minimum">At least 1.</param>
public readonly record struct PoolSizeRules(int Minimum, int Maximum, int StreamsPerConnection, TimeSpan ShrinksAfter);
