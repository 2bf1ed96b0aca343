namespace K8sLb.Core;

/// <summary>
/// Which keys a pool has: a function of those that it had and the time. Keys take turns at times that lie a whole number of periods
/// apart, however late this is asked; each is known for a while before it signs, and kept until no token of its own can be good any
/// more.
/// </summary>
public static class KeyRotation
{
    /// <summary>A key that signs for longer is worth more to whoever finds it.</summary>
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromHours(24);

    /// <summary>What must be left before a key signs, so that every sidecar has it by then.</summary>
    private static readonly TimeSpan LeastNotice = TimeSpan.FromMinutes(2);

    /// <summary>Between the clocks of two machines; tokens are signed by the sidecars'.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(5);

    /// <summary>How long each key signs: as long as its tokens last, so that there are never many keys.</summary>
    public static TimeSpan Period(TimeSpan timeout) => timeout > ShortestPeriod ? timeout : ShortestPeriod;

    /// <param name="keys">In any order.</param>
    /// <param name="timeout">For how long a token is good after its session began.</param>
    /// <param name="fresh">The secret of a key that is made now; not used where none is.</param>
    /// <returns>By the time from which they sign; the same where nothing is to be done.</returns>
    public static IReadOnlyList<SessionKeyRecord> Rotate(
        IReadOnlyList<SessionKeyRecord> keys,
        DateTimeOffset now,
        TimeSpan timeout,
        ReadOnlyMemory<byte> fresh
    )
    {
        SessionKeyRecord[] known = [.. keys.OrderBy(k => k.NotBefore).ThenBy(k => k.Id)];
        if (known.Length == 0)
        {
            // The first: nobody waits for sessions until it has been handed round.
            return [new(1, fresh, now)];
        }
        var needed = known.Where((_, i) => i == known.Length - 1 || IsNeeded(known[i + 1], now, timeout));
        return NextTurn(known[^1], now, timeout) is { } turn
            ? [.. needed, new(known.Max(k => k.Id) + 1, fresh, turn)]
            : [.. needed];
    }

    /// <summary>Tokens were signed by a key until the next one took its turn, and no session of theirs can have begun after that.</summary>
    private static bool IsNeeded(SessionKeyRecord next, DateTimeOffset now, TimeSpan timeout) =>
        now < next.NotBefore + timeout + ClockDifference;

    /// <summary>The next turn where a key for it has to be made now: in the last quarter of a period, or later.</summary>
    private static DateTimeOffset? NextTurn(SessionKeyRecord newest, DateTimeOffset now, TimeSpan timeout)
    {
        var period = Period(timeout);
        if (now < newest.NotBefore + (period * 0.75))
        {
            return null;
        }
        var turns = Math.Max(1, (long)Math.Ceiling((now + LeastNotice - newest.NotBefore) / period));
        return newest.NotBefore + (period * turns);
    }
}
