using K8sLb.TestKit.Plots;

namespace K8sLb.Demo;

/// <summary>scale.html: one file without anything from elsewhere.</summary>
internal static class ScalePage
{
    public const string ImbalanceTitle =
        "connections of the fullest pod, times the mean of all ready pods; green with K8sLb, amber without it";
    private const double SecondsBefore = 15;

    public static string Html(ScaleResult baseline, ScaleResult k8slb)
    {
        var verdict = ScaleVerdict.Of(baseline, k8slb);
        return PageParts.Page(
            "K8sLb: a scale-out under long streams",
            $"""
            <header>
            <p class="eyebrow">K8sLb demo · {k8slb.Load.StartedAt:yyyy-MM-dd HH:mm} UTC</p>
            <h1>A scale-out under long streams</h1>
            <p class="verdict {(verdict.Passed ? "good" : "bad")}">{PageParts.Text(verdict.Text)}</p>
            <p class="lead">{ScaleRun.Streams:N0} gRPC streams, each on a connection of its own, on {ScaleRun.From} pods that become {ScaleRun.To} by
            <code>kubectl scale</code>; without K8sLb and with a pool that rebalances.</p>
            </header>
            <main>
            <section><h2>Imbalance</h2><p>Connections of the fullest pod, times the mean of all ready pods: 1 is even. Time since all pods
            were ready. Amber without K8sLb, green with it.</p><figure>{Imbalance(baseline, k8slb).Svg(
                ImbalanceTitle
            )}</figure></section>
            <section><h2>Connections by pod</h2><p>As the client sees them, by the pod that answered last. The old pods are at the
            bottom, in amber.</p><div class="pair">{Bands(baseline)}{Bands(k8slb)}</div></section>
            {ReportTables.Comparison(ScaleScenario.Comparison(baseline, k8slb))}
            </main>
            """
        );
    }

    public static SvgPlot Imbalance(ScaleResult baseline, ScaleResult k8slb)
    {
        var (without, with) = (Curve(baseline), Curve(k8slb));
        var to = without.Concat(with).Select(p => p.X).DefaultIfEmpty().Max();
        return new SvgPlot(-SecondsBefore, to, without.Concat(with).Select(p => p.Y).DefaultIfEmpty(1).Max())
            .Line(without, "line old-1", RunKind.Baseline.Title())
            .Line(with, "line new-2", RunKind.K8sLb.Title())
            .Mark(0, "all pods ready");
    }

    private static List<(double X, double Y)> Curve(ScaleResult run) =>
        [.. ImbalanceCurve.Of(run.Frames, run.ReadyAt).Where(p => p.X >= -SecondsBefore)];

    private static string Bands(ScaleResult run)
    {
        var seen = run.Frames.Where(f => f.Seconds >= run.ReadyAt - SecondsBefore).ToList();
        var most = seen.Max(f => f.Load.Members.Values.Sum(m => m.Http1 + m.Http2 + m.WebSocket));
        var plot = new SvgPlot(-SecondsBefore, seen[^1].Seconds - run.ReadyAt, most);
        ConnectionBands.Draw(plot, seen, run.ReadyAt, run.OldPods);
        var svg = plot.Mark(0, "all pods ready").Svg($"connections by pod over time, {run.Run.Title()}");
        return $"<figure><figcaption>{run.Run.Title()}</figcaption>{svg}</figure>";
    }
}
