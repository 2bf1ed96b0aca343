namespace K8sLb.Operator.Status;

/// <summary>
/// How often a status may be written. Numbers of live connections change all the time and are news to nobody unless a drain
/// is under way, so they alone wait longer.
/// </summary>
public static class StatusPacing
{
    public static readonly TimeSpan BetweenWrites = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan BetweenWritesOfNumbers = TimeSpan.FromSeconds(10);

    /// <returns>Null where there is nothing to write.</returns>
    public static DateTimeOffset? DueAt(StatusText offered, StatusText? written, DateTimeOffset writtenAt)
    {
        if (written is null)
        {
            return writtenAt + BetweenWrites;
        }
        if (offered.Whole.AsSpan().SequenceEqual(written.Whole))
        {
            return null;
        }
        var numbersOnly = offered.WithoutNumbers.AsSpan().SequenceEqual(written.WithoutNumbers);
        return writtenAt + (numbersOnly ? BetweenWritesOfNumbers : BetweenWrites);
    }
}
