using System.Text.Json;

namespace K8sLb.Demo;

/// <summary>summary.json and report.html.</summary>
internal static class OutputFiles
{
    /// <returns>The report's path.</returns>
    public static async Task<string> WriteAsync(string folder, RolloutResult baseline, RolloutResult k8slb)
    {
        Directory.CreateDirectory(folder);
        var summary = new DemoSummary(RunSummary.Of(baseline.Load), RunSummary.Of(k8slb.Load));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "summary.json"),
            JsonSerializer.Serialize(summary, DemoJson.Default.DemoSummary) + "\n"
        );
        var report = Path.Combine(folder, "report.html");
        await File.WriteAllTextAsync(report, ReportPage.Html(baseline, k8slb));
        return report;
    }
}
