using System.Text;
using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>report.html: one file without anything from elsewhere.</summary>
internal static class ReportPage
{
    public static string Html(RolloutResult baseline, RolloutResult k8slb)
    {
        var verdict = Verdict.Of(baseline.Load, k8slb.Load);
        var axes = ChartAxes.Of(baseline, k8slb);
        RolloutResult[] runs = [baseline, k8slb];
        return PageParts.Page(
            "K8sLb: a rolling restart under load",
            $"""
            <header>
            <p class="eyebrow">K8sLb demo · {k8slb.Load.StartedAt:yyyy-MM-dd HH:mm} UTC</p>
            <h1>A rolling restart under load</h1>
            <p class="verdict {(verdict.Passed ? "good" : "bad")}">{PageParts.Text(verdict.Text)}</p>
            <p class="lead">Four pods of an application that exits at once on SIGTERM, behind a Service whose endpoints reach
            kube-proxy up to 2 s late, and a client that never retries: keep-alive, short, slow, HTTP/2, gRPC and WebSocket traffic. The same
            <code>kubectl rollout restart</code>, without K8sLb and with it.</p>
            </header>
            <main>
            <section class="tiles">
            {PageParts.Tile("failed requests", baseline.Load, k8slb.Load, r => r.Failed, lessIsBetter: true)}
            {PageParts.Tile("connections cut without notice", baseline.Load, k8slb.Load, r => r.Cut, lessIsBetter: true)}
            {PageParts.Tile("connections told politely to move", baseline.Load, k8slb.Load, r => r.ReleasedPolitely, lessIsBetter: false)}
            {PageParts.Tile("longest stall", baseline.Load, k8slb.Load, r => r.LongestStallMs, lessIsBetter: true, " ms")}
            </section>
            {Charts(
                "Connections by pod",
                "As the client sees them, by the pod that answered last. The four old pods are at the bottom, in amber; those that replace them above.",
                runs,
                axes,
                c => c.Connections()
            )}
            {Charts("Failed requests a second", "Of about 350 requests a second.", runs, axes, c => c.Failures())}
            {Charts(
                "How the old pods' connections decay",
                "A curve for each old pod, since it was told to end. With K8sLb, clients are asked to move and leave at their own next message; without it, the process is gone.",
                runs,
                axes,
                c => c.Decay()
            )}
            {ReportTables.Comparison(Comparison.Of(baseline.Load, k8slb.Load))}
            {ReportTables.Classes(runs)}
            {ReportTables.FirstFailures(runs)}
            </main>
            """
        );
    }

    private static string Charts(
        string title,
        string text,
        IReadOnlyList<RolloutResult> runs,
        ChartAxes axes,
        Func<RunCharts, string> draw
    )
    {
        var html = new StringBuilder(
            $"<section><h2>{PageParts.Text(title)}</h2><p>{PageParts.Text(text)}</p><div class=\"pair\">"
        );
        foreach (var run in runs)
        {
            html.Append($"<figure><figcaption>{run.Run.Title()}</figcaption>{draw(new RunCharts(run, axes))}</figure>");
        }
        return html.Append("</div></section>").ToString();
    }
}
