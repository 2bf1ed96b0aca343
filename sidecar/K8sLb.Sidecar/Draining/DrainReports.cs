using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;

namespace K8sLb.Sidecar.Draining;

public static class DrainReports
{
    public static DrainReport From(DrainState drain, ConnectionAccount account, DateTimeOffset now)
    {
        var report = new DrainReport
        {
            Id = drain.Id,
            Reason = drain.Reason,
            StartedAt = drain.StartedAt,
            Deadline = drain.Deadline,
            Progress = drain.Progress,
            Initial = drain.Initial,
            Remaining = account.Live.Total,
            Released = account.Totals.Released - drain.TotalsAtStart.Released,
            Forced = account.Totals.Forced - drain.TotalsAtStart.Forced,
            PaceRaised = drain.PaceRaised,
        };
        return report with { Eta = DrainDecay.Eta(report, drain.RampDownEndsAt, drain.Deadline, now) };
    }
}
