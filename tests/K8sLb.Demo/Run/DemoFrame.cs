using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>Everything that is known at one moment of a run.</summary>
/// <param name="Seconds">Since the load began.</param>
internal sealed record DemoFrame(
    RunKind Run,
    string Stage,
    double Seconds,
    LoadProgress Load,
    IReadOnlyList<MemberRow> Members
);
