using System.Text.Json;

namespace K8sLb.Demo;

/// <summary>scale.json, scale.html and scale.svg.</summary>
internal static class ScaleFiles
{
    /// <returns>The page's path.</returns>
    public static async Task<string> WriteAsync(string folder, ScaleResult baseline, ScaleResult k8slb)
    {
        Directory.CreateDirectory(folder);
        var summary = new ScaleSummary(Summary(baseline), Summary(k8slb));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "scale.json"),
            JsonSerializer.Serialize(summary, DemoJson.Default.ScaleSummary) + "\n"
        );
        await File.WriteAllTextAsync(
            Path.Combine(folder, "scale.svg"),
            ScalePage.Imbalance(baseline, k8slb).Standalone(ScalePage.ImbalanceTitle) + "\n"
        );
        var page = Path.Combine(folder, "scale.html");
        await File.WriteAllTextAsync(page, ScalePage.Html(baseline, k8slb));
        return page;
    }

    private static ScaleRunSummary Summary(ScaleResult run) =>
        new(
            RunSummary.Of(run.Load),
            Math.Round(ScaleVerdict.Imbalance(run), 3),
            [
                .. ImbalanceCurve
                    .Of(run.Frames, run.ReadyAt)
                    .Select(p => new ImbalancePoint(Math.Round(p.X, 2), Math.Round(p.Y, 3))),
            ]
        );
}

/// <summary>scale.json.</summary>
internal sealed record ScaleSummary(ScaleRunSummary Baseline, ScaleRunSummary K8slb);

/// <param name="Imbalance">The fullest pod's connections, times the mean, from a minute after all pods were ready on.</param>
internal sealed record ScaleRunSummary(RunSummary Load, double Imbalance, IReadOnlyList<ImbalancePoint> Curve);

/// <param name="Seconds">Since all pods were ready.</param>
internal sealed record ImbalancePoint(double Seconds, double Ratio);
