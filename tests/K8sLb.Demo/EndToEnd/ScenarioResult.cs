using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>One scenario, once.</summary>
/// <param name="Seconds">That it took, without the steady load around it.</param>
internal sealed record ScenarioResult(
    string Name,
    string Title,
    RunKind Run,
    double Seconds,
    RunSummary Load,
    IReadOnlyList<FailureSample> Failures
);

/// <summary>summary.json.</summary>
/// <param name="Seconds">All of it, the cluster's start included.</param>
internal sealed record EndToEndSummary(bool Passed, double Seconds, IReadOnlyList<ScenarioResult> Scenarios);
