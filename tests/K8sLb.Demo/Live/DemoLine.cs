using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>A line of <c>--json</c>: a step, a text, a frame, the account of a run, or the verdict with the report's path.</summary>
internal sealed record DemoLine
{
    public string? Step { get; init; }
    public string? Text { get; init; }
    public DemoFrame? Frame { get; init; }
    public RunKind? Run { get; init; }
    public LoadReport? Load { get; init; }
    public Verdict? Verdict { get; init; }
}
