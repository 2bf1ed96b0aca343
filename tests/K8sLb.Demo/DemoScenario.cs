namespace K8sLb.Demo;

/// <summary>The first act on a cluster that is up: operator, a restart without K8sLb, a restart with it, the comparison.</summary>
internal sealed class DemoScenario(DemoCluster demo, IDemoView view)
{
    /// <returns>Whether it showed what it is for.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var (baseline, k8slb) = await new TwoRuns(demo, view).RunAsync(
            DemoFiles.Pool,
            (kind, shop, observer) => new RolloutRun(kind, shop, observer, view).RunAsync(cancellation),
            cancellation
        );
        var report = await OutputFiles.WriteAsync(DemoFiles.Output, baseline, k8slb);
        var verdict = Verdict.Of(baseline.Load, k8slb.Load);
        view.Conclude(Comparison.Of(baseline.Load, k8slb.Load), verdict, report);
        return verdict.Passed;
    }
}
