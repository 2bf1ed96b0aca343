using K8sLb.Core;
using K8sLb.Protocol;

namespace K8sLb.Operator.Status;

/// <summary><see cref="DrainDecay"/> for a member, of which there may be no word.</summary>
public static class DrainForecast
{
    /// <inheritdoc cref="DrainDecay.Eta"/>
    public static DateTimeOffset? Eta(DrainRecord drain, DrainReport? report, DateTimeOffset now) =>
        report is null || report.Id != drain.Id
            ? DrainDecay.Cap(drain.Deadline, drain.Deadline)
            : DrainDecay.Eta(report, drain.RampDownEndsAt, drain.Deadline, now);
}
