using K8sLb.Protocol;
using K8sLb.Telemetry;

namespace K8sLb.Sidecar.Draining;

/// <summary>A span for each drain that has ended here: over, or cancelled.</summary>
internal static class DrainSpans
{
    /// <param name="report">How it stands at its end.</param>
    public static void Record(DrainReport report, bool isCancelled, DateTimeOffset now) =>
        DrainTrace.Record(
            "release connections",
            report.Id,
            report.StartedAt,
            now,
            isFailure: report.Forced > 0,
            new("k8slb.drain.reason", report.Reason.ToString()),
            new("k8slb.drain.outcome", isCancelled ? "Cancelled" : report.Progress.ToString()),
            new("k8slb.connections.initial", report.Initial),
            new("k8slb.connections.released", report.Released),
            new("k8slb.connections.forced", report.Forced),
            new("k8slb.connections.remaining", report.Remaining)
        );
}
