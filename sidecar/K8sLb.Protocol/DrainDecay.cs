namespace K8sLb.Protocol;

/// <summary>When a drain will be over, if its connections go on ending as they did since their release began.</summary>
public static class DrainDecay
{
    /// <param name="report">Its times are not looked at: they may be on another clock than the others.</param>
    /// <returns>At the deadline at the latest, in whole seconds; null where it is over.</returns>
    public static DateTimeOffset? Eta(
        DrainReport report,
        DateTimeOffset rampDownEndsAt,
        DateTimeOffset deadline,
        DateTimeOffset now
    )
    {
        if (report.Progress is DrainProgress.Released or DrainProgress.Forced)
        {
            return null;
        }
        var ended = report.Initial - report.Remaining;
        var elapsed = now - rampDownEndsAt;
        if (report.Remaining > 0 && (ended <= 0 || elapsed <= TimeSpan.Zero))
        {
            return Cap(deadline, deadline);
        }
        var from = now > rampDownEndsAt ? now : rampDownEndsAt;
        return Cap(report.Remaining == 0 ? from : from + (elapsed * ((double)report.Remaining / ended)), deadline);
    }

    /// <returns>The earlier one, in whole seconds.</returns>
    public static DateTimeOffset Cap(DateTimeOffset eta, DateTimeOffset deadline)
    {
        var earlier = eta < deadline ? eta : deadline;
        return DateTimeOffset.FromUnixTimeSeconds((earlier.ToUnixTimeMilliseconds() + 999) / 1000);
    }
}
