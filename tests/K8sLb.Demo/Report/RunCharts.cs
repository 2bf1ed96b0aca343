using K8sLb.TestKit.Plots;

namespace K8sLb.Demo;

/// <summary>The diagrams of one run. Both runs get the same axes, so that they can be compared by eye.</summary>
internal sealed class RunCharts(RolloutResult run, ChartAxes axes)
{
    /// <summary>Open connections by the pod that answered last on them, one band each, old pods below.</summary>
    public string Connections()
    {
        var plot = Plot(axes.MostConnections);
        ConnectionBands.Draw(
            plot,
            run.Frames.Where(f => axes.Holds(f.Seconds - run.RestartAt)),
            run.RestartAt,
            run.OldPods
        );
        return WithMarks(plot).Svg($"connections by pod over time, {run.Run.Title()}");
    }

    /// <summary>Failed requests, a bar for each second.</summary>
    public string Failures()
    {
        var plot = Plot(axes.MostFailures);
        foreach (var (second, failed) in FailuresBySecond(run).Where(s => axes.Holds(s.Second)))
        {
            plot.Bar(second, failed, "bar-failed", $"{failed} failed at {second} s");
        }
        if (run.Load.Failed == 0)
        {
            plot.Say("none");
        }
        return WithMarks(plot).Svg($"failed requests a second, {run.Run.Title()}");
    }

    /// <summary>What each old pod had left, from the moment that its end began.</summary>
    public string Decay()
    {
        var plot = new SvgPlot(0, axes.LongestDecay, axes.LargestDecay);
        foreach (var (pod, i) in run.OldPods.Select((pod, i) => (pod, i)))
        {
            plot.Line(DecayCurves.Of(run, pod), $"line old-{i % ConnectionBands.Shades}", pod);
        }
        return plot.Svg($"decay of the old pods' connections, {run.Run.Title()}");
    }

    /// <summary>By whole seconds since the restart.</summary>
    public static IEnumerable<(int Second, long Failed)> FailuresBySecond(RolloutResult run)
    {
        var totals = run.Frames.Select(f => (Second: (int)Math.Floor(f.Seconds - run.RestartAt), f.Load.Failed));
        long before = 0;
        foreach (var second in totals.GroupBy(t => t.Second))
        {
            var total = second.Max(t => t.Failed);
            if (total > before)
            {
                yield return (second.Key, total - before);
                before = total;
            }
        }
    }

    private SvgPlot Plot(double largestY) => new(axes.From, axes.To, largestY);

    private SvgPlot WithMarks(SvgPlot plot) =>
        plot.Mark(0, "restart").Mark(run.OldPodsGoneAt - run.RestartAt, "old pods gone");
}
