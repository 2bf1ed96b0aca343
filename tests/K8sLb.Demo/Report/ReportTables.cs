using System.Globalization;
using System.Net;
using System.Text;

namespace K8sLb.Demo;

/// <summary>The tables of report.html.</summary>
internal static class ReportTables
{
    private const int FailuresShown = 25;

    public static string Comparison(IReadOnlyList<ComparisonRow> rows)
    {
        var html = new StringBuilder("<section><h2>Side by side</h2><table class=\"compare\"><thead><tr><th></th>");
        html.Append("<th>without K8sLb</th><th>with K8sLb</th></tr></thead><tbody>");
        foreach (var row in rows)
        {
            var detail = row.Name.StartsWith(' ') ? " class=\"detail\"" : "";
            html.Append($"<tr{detail}><th>{Text(row.Name)}</th><td>{row.Baseline}</td><td>{row.K8sLb}</td></tr>");
        }
        return html.Append("</tbody></table></section>").ToString();
    }

    public static string Classes(IReadOnlyList<RolloutResult> runs)
    {
        var html = new StringBuilder("<section><h2>By kind of traffic</h2><div class=\"pair\">");
        foreach (var run in runs)
        {
            html.Append($"<figure><figcaption>{run.Run.Title()}</figcaption><table><thead><tr><th></th>");
            html.Append("<th>requests</th><th>failed</th><th>p50</th><th>p99</th><th>stall</th></tr></thead><tbody>");
            foreach (var (name, report) in run.Load.Classes.OrderBy(c => c.Key))
            {
                html.Append(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"<tr><th>{ClassTexts.Of(name)}</th><td>{report.Requests:N0}</td><td>{report.Failed:N0}</td><td>{report.P50Ms:0.0} ms</td><td>{report.P99Ms:N0} ms</td><td>{report.LongestStallMs:N0} ms</td></tr>"
                    )
                );
            }
            html.Append("</tbody></table></figure>");
        }
        html.Append(
            "</div><p class=\"note\">p50 and p99: time to the whole response, connecting included, less the delay "
        );
        html.Append("that a slow request asks for. Stall: the longest time between two successes.</p></section>");
        return html.ToString();
    }

    public static string FirstFailures(IReadOnlyList<RolloutResult> runs)
    {
        var html = new StringBuilder();
        foreach (var run in runs.Where(r => r.Load.Failures.Count > 0))
        {
            html.Append(
                $"<details><summary>The first failures {run.Run.Title()}</summary><table class=\"left\"><thead><tr>"
            );
            html.Append(
                "<th>after the restart</th><th>traffic</th><th>failure</th><th>pod</th><th>what was seen</th></tr></thead><tbody>"
            );
            foreach (var failure in run.Load.Failures.Take(FailuresShown))
            {
                html.Append(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"<tr><td>{failure.Seconds - run.RestartAt:0.00} s</td><td>{ClassTexts.Of(failure.Class)}</td><td>{FailureTexts.Of(failure.Kind)}</td><td>{Text(PodName.Short(failure.ServedBy))}</td><td>{Text(failure.Message)}</td></tr>"
                    )
                );
            }
            html.Append("</tbody></table></details>");
        }
        return html.ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
