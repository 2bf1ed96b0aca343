using K8sLb.Protocol;

namespace K8sLb.Sidecar.Draining;

/// <summary>How far a drain has come: a pure function of the drain, the connections and the time.</summary>
public static class DrainProgression
{
    /// <summary>Mean gaps without an arrival after which the endpoints are taken to have moved: chance e^-10 under random arrivals.</summary>
    private const int QuietGaps = 10;

    /// <summary>
    /// How much longer than the ramp-down peers are waited for that do not know of the drain yet: they hand work to this
    /// member, which it would have to serve. One that cannot be told must not hold the drain up.
    /// </summary>
    private static readonly TimeSpan PeersWait = TimeSpan.FromSeconds(2);

    /// <param name="live">Connections that are open.</param>
    /// <param name="sinceLastArrival">How long nothing new has come.</param>
    public static DrainProgress Next(
        DrainState drain,
        int live,
        TimeSpan sinceLastArrival,
        TimeSpan quietPeriod,
        DateTimeOffset now
    )
    {
        if (drain.IsOver)
        {
            return drain.Progress;
        }
        if (now >= drain.Deadline)
        {
            return live > 0 ? DrainProgress.Forced : DrainProgress.Released;
        }
        if (!drain.IsReleasing && (now < drain.RampDownEndsAt || IsHeldForPeers(drain, now)))
        {
            return DrainProgress.RampDown;
        }
        return live == 0 && ArrivalsHaveCeased(drain, sinceLastArrival, quietPeriod, now)
            ? DrainProgress.Released
            : DrainProgress.Releasing;
    }

    private static bool IsHeldForPeers(DrainState drain, DateTimeOffset now) =>
        drain.AwaitsPeers && now < drain.RampDownEndsAt + PeersWait;

    /// <summary>
    /// Nothing new for the quiet period and for ten of the gaps that were usual before, so that a member that stale
    /// endpoints still reach goes on serving or rerouting, however late the endpoints are.
    /// </summary>
    public static bool ArrivalsHaveCeased(
        DrainState drain,
        TimeSpan sinceLastArrival,
        TimeSpan quietPeriod,
        DateTimeOffset now
    )
    {
        var usual = drain.MeanArrivalGap is { } gap ? gap * QuietGaps : TimeSpan.Zero;
        var needed = usual > quietPeriod ? usual : quietPeriod;
        return sinceLastArrival >= needed && now - drain.StartedAt >= quietPeriod;
    }
}
