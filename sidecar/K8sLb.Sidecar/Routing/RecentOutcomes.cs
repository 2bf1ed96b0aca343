namespace K8sLb.Sidecar.Routing;

/// <summary>
/// Outcomes at a destination over the last <see cref="Turn"/> at least, and twice that at most: what two marks of its totals are
/// enough for. Used by one thread.
/// </summary>
public sealed class RecentOutcomes(DestinationLoad load, TimeProvider clock)
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(10);

    private (long Served, long Failed) older;
    private (long Served, long Failed) newer;
    private long turnedAt = clock.GetTimestamp();

    public (long Served, long Failed) Read()
    {
        var now = (load.Served, load.Failed);
        var passed = clock.GetElapsedTime(turnedAt);
        if (passed >= Turn)
        {
            (older, newer) = (passed >= 2 * Turn ? now : newer, now);
            turnedAt = clock.GetTimestamp();
        }
        return (now.Served - older.Served, now.Failed - older.Failed);
    }
}
