namespace K8sLb.Operator.Hub;

/// <summary>
/// A bucket of as many tokens as come in a second, by the theoretical arrival time of the next one (GCRA). Who finds it empty is
/// told a turn of its own, behind everybody's who was told one before, so that those who wait do not all come back together. A turn is
/// no claim: whoever does come takes what is there.
/// </summary>
internal sealed class TokenBucket(int perSecond)
{
    /// <summary>Turns that lie farther off are spread over the second half of it instead.</summary>
    public static readonly TimeSpan FarthestTurn = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Capacity = TimeSpan.FromSeconds(1);
    private readonly TimeSpan interval = Capacity / perSecond;

    /// <summary>When it is full again.</summary>
    private TimeSpan fullAt;
    private TimeSpan lastTurn;

    public bool IsFull(TimeSpan now) => fullAt <= now;

    /// <summary>Takes a token.</summary>
    /// <param name="now">By any clock that only goes forward.</param>
    /// <returns>Null where there was one; else when to come again, from now on.</returns>
    public TimeSpan? Wait(TimeSpan now)
    {
        var fullWithThis = Later(fullAt, now) + interval;
        if (fullWithThis <= now + Capacity)
        {
            fullAt = fullWithThis;
            return null;
        }
        var turn = Later(lastTurn + interval, fullWithThis - Capacity);
        if (turn - now > FarthestTurn)
        {
            return FarthestTurn * (0.5 + (0.5 * Random.Shared.NextDouble()));
        }
        lastTurn = turn;
        return turn - now;
    }

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
