using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>summary.json.</summary>
internal sealed record DemoSummary(RunSummary Baseline, RunSummary K8slb);

internal sealed record RunSummary
{
    public required long Requests { get; init; }
    public required long Failed { get; init; }
    public required IReadOnlyDictionary<FailureKind, long> FailuresByKind { get; init; }
    public required long ConnectionsOpened { get; init; }
    public required long ReleasedPolitely { get; init; }
    public required long Cut { get; init; }
    public required double P99Ms { get; init; }

    public static RunSummary Of(LoadReport report) =>
        new()
        {
            Requests = report.Requests,
            Failed = report.Failed,
            FailuresByKind = report.FailuresByKind,
            ConnectionsOpened = report.ConnectionsOpened,
            ReleasedPolitely = report.ReleasedPolitely,
            Cut = report.Cut,
            P99Ms = report.P99Ms,
        };
}
