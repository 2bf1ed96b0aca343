using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>One whole run of the second act.</summary>
/// <param name="ScaleAt">Seconds since the load began, as all times here.</param>
/// <param name="ReadyAt">All pods are.</param>
internal sealed record ScaleResult(
    RunKind Run,
    LoadReport Load,
    double ScaleAt,
    double ReadyAt,
    IReadOnlyList<string> OldPods,
    IReadOnlyList<DemoFrame> Frames
) : IRunResult
{
    string IRunResult.Change => "scale-out";
    double IRunResult.ChangeAt => ScaleAt;
}
