using System.Globalization;

namespace K8sLb.Demo;

/// <summary>The second act on a cluster that is up: the same scale-out under long streams, without K8sLb and with it.</summary>
internal sealed class ScaleScenario(DemoCluster demo, IDemoView view)
{
    private const string Namespace = "default";

    private readonly ShopDeployment shop = new(demo);

    /// <returns>Whether it showed what it is for.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        view.Step("installing the CRD and the operator");
        var values = ShopDeployment.Values(await OperatorChart.InstallAsync(demo, cancellation));
        await using var observer = new ShopObserver(demo.Api, Namespace);
        await observer.WaitForSyncAsync(cancellation);

        var baseline = await RunAsync(RunKind.Baseline, ["baseline.yaml"]);
        view.Step("removing the application");
        await shop.RemoveAsync(cancellation);
        var k8slb = await RunAsync(RunKind.K8sLb, ["backendpool-scale.yaml", "k8slb.yaml"]);

        var report = await ScaleFiles.WriteAsync(DemoFiles.Output, baseline, k8slb);
        var verdict = ScaleVerdict.Of(baseline, k8slb);
        view.Conclude(Comparison(baseline, k8slb), verdict, report);
        return verdict.Passed;

        async Task<ScaleResult> RunAsync(RunKind kind, string[] manifests)
        {
            view.Step($"deploying the application {kind.Title()}");
            await shop.DeployAsync(manifests, values, cancellation);
            var result = await new ScaleRun(kind, shop, observer, view).RunAsync(cancellation);
            view.EndRun(kind, result.Load);
            if (kind == RunKind.K8sLb && result.Load.Failed > 0)
            {
                view.Tell(FailureTexts.First(result.Load, result.ScaleAt, "scale-out"));
            }
            return result;
        }
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
