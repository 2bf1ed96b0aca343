using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>One whole run: what the client met, and what was seen on the way.</summary>
/// <param name="RestartAt">Seconds since the load began, as all times here.</param>
/// <param name="RolloutDoneAt">kubectl rollout status said so; old pods may still be draining.</param>
internal sealed record RolloutResult(
    RunKind Run,
    LoadReport Load,
    double RestartAt,
    double RolloutDoneAt,
    double OldPodsGoneAt,
    IReadOnlyList<string> OldPods,
    IReadOnlyList<DemoFrame> Frames
) : IRunResult
{
    string IRunResult.Change => "restart";
    double IRunResult.ChangeAt => RestartAt;
}
