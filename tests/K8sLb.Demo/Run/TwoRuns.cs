namespace K8sLb.Demo;

/// <summary>The frame of either act: the operator, the application under load without K8sLb, and the same with it.</summary>
internal sealed class TwoRuns(DemoCluster demo, IDemoView view)
{
    private readonly ShopDeployment shop = new(demo);

    /// <param name="pool">The manifest of the pool that the second run has.</param>
    public async Task<(TResult Baseline, TResult K8sLb)> RunAsync<TResult>(
        string pool,
        Func<RunKind, ShopDeployment, ShopObserver, Task<TResult>> run,
        CancellationToken cancellation
    )
        where TResult : IRunResult
    {
        view.Step("installing the CRD and the operator");
        await OperatorChart.InstallAsync(demo, cancellation);
        await using var observer = new ShopObserver(demo.Api, ShopDeployment.Namespace);
        await observer.WaitForSyncAsync(cancellation);

        var baseline = await DeployedAsync(RunKind.Baseline);
        view.Step("removing the application");
        await shop.RemoveAsync(cancellation);
        // The same manifest again: what differs is that there is a pool now.
        await shop.PoolAsync(pool, cancellation);
        return (baseline, await DeployedAsync(RunKind.K8sLb));

        async Task<TResult> DeployedAsync(RunKind kind)
        {
            view.Step($"deploying the application {kind.Title()}");
            await shop.DeployAsync([DemoFiles.Application], cancellation);
            await shop.ExpectSidecarsAsync(kind == RunKind.K8sLb, cancellation);
            var result = await run(kind, shop, observer);
            view.EndRun(kind, result.Load);
            if (kind == RunKind.K8sLb && result.Load.Failed > 0)
            {
                view.Tell(FailureTexts.First(result.Load, result.ChangeAt, result.Change));
            }
            return result;
        }
    }
}
