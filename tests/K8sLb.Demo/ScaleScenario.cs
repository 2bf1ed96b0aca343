using System.Globalization;

namespace K8sLb.Demo;

/// <summary>The second act on a cluster that is up: the same scale-out under long streams, without K8sLb and with it.</summary>
internal sealed class ScaleScenario(DemoCluster demo, IDemoView view)
{
    /// <returns>Whether it showed what it is for.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var (baseline, k8slb) = await new TwoRuns(demo, view).RunAsync(
            DemoFiles.Manifest("backendpool-scale.yaml"),
            (kind, shop, observer) => new ScaleRun(kind, shop, observer, view).RunAsync(cancellation),
            cancellation
        );
        var report = await ScaleFiles.WriteAsync(DemoFiles.Output, baseline, k8slb);
        var verdict = ScaleVerdict.Of(baseline, k8slb);
        view.Conclude(Comparison(baseline, k8slb), verdict, report);
        return verdict.Passed;
    }

    public static IReadOnlyList<ComparisonRow> Comparison(ScaleResult baseline, ScaleResult k8slb) =>
        [
            Row("fullest pod, times the mean", Ratio(baseline), Ratio(k8slb)),
            .. Demo.Comparison.Of(baseline.Load, k8slb.Load),
        ];

    private static ComparisonRow Row(string name, string without, string with) => new(name, without, with);

    private static string Ratio(ScaleResult run) =>
        ScaleVerdict.Imbalance(run).ToString("0.00", CultureInfo.InvariantCulture);
}
