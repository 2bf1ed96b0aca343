namespace K8sLb.Core;

/// <summary>
/// Which authorities there are, and which of them signs: a function of those that there were and the time. A successor is made when two
/// thirds of an authority's life are over; it is published for an overlap before it signs, and its predecessor for another one after.
/// So whoever holds what was published within the last overlap trusts whatever any replica shows.
/// </summary>
public static class AuthorityRotation
{
    /// <param name="known">In any order.</param>
    /// <param name="freshId">Of an authority that is made now; not used where none is.</param>
    /// <returns>By the time from which they sign; the same where nothing is to be done, and never none.</returns>
    public static IReadOnlyList<AuthorityRecord> Rotate(
        IReadOnlyList<AuthorityRecord> known,
        DateTimeOffset now,
        TrustPeriods periods,
        string freshId
    )
    {
        AuthorityRecord[] alive = [.. InOrder(known.Where(a => now < a.NotAfter))];
        if (alive.Length == 0)
        {
            // The first, or all have expired: nobody can trust anything until this one is published.
            return [Fresh(now)];
        }
        var needed = alive.Where((_, i) => i == alive.Length - 1 || now < alive[i + 1].SignsFrom + periods.Overlap);
        return IsOld(alive[^1], now) ? [.. needed, Fresh(now + periods.Overlap)] : [.. needed];

        AuthorityRecord Fresh(DateTimeOffset signsFrom) =>
            new(freshId, now - periods.ClockDifference, now + periods.AuthorityLife, signsFrom);
    }

    /// <summary>The one that signs: the latest whose turn has come, else the first.</summary>
    public static AuthorityRecord Signer(IReadOnlyList<AuthorityRecord> known, DateTimeOffset now) =>
        InOrder(known).LastOrDefault(a => a.SignsFrom <= now) ?? InOrder(known).First();

    /// <returns>What people should know, and what would put it right; null where all is well.</returns>
    public static string? Finding(IReadOnlyList<AuthorityRecord> known, DateTimeOffset now)
    {
        var signer = Signer(known, now);
        return now < signer.NotBefore
                ? $"the authority is good from {signer.NotBefore:u} on, and this clock says {now:u}: set the clock that is wrong"
            : now >= signer.NotAfter ? $"the authority expired at {signer.NotAfter:u}, and no other one could be stored"
            : IsOverdue(known, now) ? $"the authority expires at {signer.NotAfter:u}, and no successor could be stored"
            : null;
    }

    private static bool IsOverdue(IReadOnlyList<AuthorityRecord> known, DateTimeOffset now) =>
        InOrder(known).Last() is var newest && now - newest.NotBefore > (newest.NotAfter - newest.NotBefore) * 0.75;

    private static bool IsOld(AuthorityRecord newest, DateTimeOffset now) =>
        now - newest.NotBefore >= (newest.NotAfter - newest.NotBefore) * (2 / 3.0);

    private static IOrderedEnumerable<AuthorityRecord> InOrder(IEnumerable<AuthorityRecord> authorities) =>
        authorities.OrderBy(a => a.SignsFrom).ThenBy(a => a.Id, StringComparer.Ordinal);
}
