namespace K8sLb.Demo;

/// <summary>Axes that hold both runs. Seconds since the restart.</summary>
internal sealed record ChartAxes(
    double From,
    double To,
    double MostConnections,
    double MostFailures,
    double LongestDecay,
    double LargestDecay
)
{
    private const double SecondsBefore = 10;
    private const double SecondsAfter = 10;

    public static ChartAxes Of(params IReadOnlyList<RolloutResult> runs)
    {
        var decays = runs.SelectMany(r => r.OldPods.Select(pod => DecayCurves.Of(r, pod))).ToList();
        return new(
            -SecondsBefore,
            runs.Max(r => r.OldPodsGoneAt - r.RestartAt) + SecondsAfter,
            runs.Max(r => r.Frames.Max(f => f.Load.Members.Values.Sum(m => m.Http1 + m.Http2 + m.WebSocket))),
            runs.Max(r => RunCharts.FailuresBySecond(r).Select(s => s.Failed).DefaultIfEmpty().Max()),
            decays.Select(LastedUntil).DefaultIfEmpty().Max() + 1,
            decays.SelectMany(curve => curve).Select(p => p.Y).DefaultIfEmpty().Max()
        );
    }

    /// <summary>Whether a moment of a run has its place on the time axis.</summary>
    public bool Holds(double secondsSinceRestart) => secondsSinceRestart >= From && secondsSinceRestart <= To;

    private static double LastedUntil(IReadOnlyList<(double X, double Y)> curve) =>
        curve.Where(p => p.Y > 0).Select(p => p.X).DefaultIfEmpty().Max();
}
