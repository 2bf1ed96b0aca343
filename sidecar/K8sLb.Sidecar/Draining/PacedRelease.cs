using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;

namespace K8sLb.Sidecar.Draining;

/// <summary>
/// Lets connections go in their order and no faster than granted, in rounds: what may go is offered anew in each. One loop's
/// alone.
/// </summary>
internal sealed class PacedRelease(TimeProvider clock)
{
    private readonly List<ReleaseCandidate> candidates = [];
    private ReleasePace pace;
    private long roundBegan = clock.GetTimestamp();
    private TimeSpan sinceRound;

    public int Offered => candidates.Count;

    /// <inheritdoc cref="ReleasePace.IsRaised"/>
    public bool IsRaised => pace.IsRaised;

    /// <param name="anew">What was granted before is not carried over.</param>
    public void BeginRound(bool anew)
    {
        sinceRound = clock.GetElapsedTime(roundBegan);
        roundBegan = clock.GetTimestamp();
        candidates.Clear();
        if (anew)
        {
            pace = default;
        }
    }

    public void Offer(TrackedConnection connection) => candidates.Add(ReleaseCandidate.Of(connection));

    /// <summary>The first of those that were offered.</summary>
    /// <param name="most">Of them, however many are granted; none where it is not above 0.</param>
    /// <param name="left">Until all of these should have been asked.</param>
    public void Release(int most, double perSecond, TimeSpan left, EndReason why)
    {
        var count = pace.Take(Math.Clamp(most, 0, Offered), perSecond, sinceRound, left);
        if (count > 0 && count < Offered)
        {
            candidates.Sort();
        }
        foreach (var candidate in candidates[..count])
        {
            candidate.Connection.Release(ReleaseUrgency.AfterAnswer, why);
        }
    }
}
