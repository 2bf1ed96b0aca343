namespace K8sLb.Demo;

/// <summary>The first act on a cluster that is up: operator, a restart without K8sLb, a restart with it, the comparison.</summary>
internal sealed class DemoScenario(DemoCluster demo, IDemoView view)
{
    private const string Namespace = "default";

    private readonly ShopDeployment shop = new(demo);

    /// <returns>Whether it showed what it is for.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        view.Step("installing the CRD and the operator");
        var operatorAddress = await OperatorChart.InstallAsync(demo, cancellation);
        var values = ShopDeployment.Values(operatorAddress);
        await using var observer = new ShopObserver(demo.Api, Namespace);
        await observer.WaitForSyncAsync(cancellation);

        var baseline = await RunAsync(RunKind.Baseline, ["baseline.yaml"]);
        view.Step("removing the application");
        await shop.RemoveAsync(cancellation);
        var k8slb = await RunAsync(RunKind.K8sLb, ["backendpool.yaml", "k8slb.yaml"]);

        var report = await OutputFiles.WriteAsync(DemoFiles.Output, baseline, k8slb);
        var verdict = Verdict.Of(baseline.Load, k8slb.Load);
        view.Conclude(Comparison.Of(baseline.Load, k8slb.Load), verdict, report);
        return verdict.Passed;

        async Task<RolloutResult> RunAsync(RunKind kind, string[] manifests)
        {
            view.Step($"deploying the application {kind.Title()}");
            await shop.DeployAsync(manifests, values, cancellation);
            var result = await new RolloutRun(kind, shop, observer, view).RunAsync(cancellation);
            view.EndRun(kind, result.Load);
            if (kind == RunKind.K8sLb && result.Load.Failed > 0)
            {
                view.Tell(FailureTexts.First(result.Load, result.RestartAt, "restart"));
            }
            return result;
        }
    }
}
