using K8sLb.Core;
using K8sLb.Protocol;

namespace K8sLb.Operator.Status;

/// <summary>When a drain will be over, if its connections go on ending as they did since their release began.</summary>
public static class DrainForecast
{
    /// <returns>At the deadline at the latest, in whole seconds; null where it is over.</returns>
    public static DateTimeOffset? Eta(DrainRecord drain, DrainReport? report, DateTimeOffset now)
    {
        if (report is null || report.Id != drain.Id)
        {
            return Cap(drain.Deadline, drain.Deadline);
        }
        if (report.Progress is Protocol.DrainProgress.Released or Protocol.DrainProgress.Forced)
        {
            return null;
        }
        var ended = report.Initial - report.Remaining;
        var elapsed = now - drain.RampDownEndsAt;
        if (report.Remaining > 0 && (ended <= 0 || elapsed <= TimeSpan.Zero))
        {
            return Cap(drain.Deadline, drain.Deadline);
        }
        var from = now > drain.RampDownEndsAt ? now : drain.RampDownEndsAt;
        return Cap(
            report.Remaining == 0 ? from : from + (elapsed * ((double)report.Remaining / ended)),
            drain.Deadline
        );
    }

    private static DateTimeOffset Cap(DateTimeOffset eta, DateTimeOffset deadline)
    {
        var earlier = eta < deadline ? eta : deadline;
        return DateTimeOffset.FromUnixTimeSeconds((earlier.ToUnixTimeMilliseconds() + 999) / 1000);
    }
}
