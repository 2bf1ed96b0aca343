using K8sLb.Load;
using K8sLb.TestKit;

namespace K8sLb.Demo;

/// <summary>Lets a scenario happen under a load that begins before it and ends after it.</summary>
internal sealed class ScenarioRun(DemoCluster cluster, InstallGuide guide, ShopDeployment shop, ShopObserver observer)
{
    private const int LongestLoadSeconds = 600;
    private static readonly TimeSpan EarlierLimit = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(5);

    public async Task<ScenarioResult> RunAsync(Scenario scenario, RunKind run, CancellationToken cancellation)
    {
        // What came before is not to be counted here.
        await Eventually.IsTrue(
            () => Task.FromResult(!observer.Pods.Any(pod => pod.IsTerminating() && !pod.HasEnded())),
            "pods that were deleted earlier have ended",
            EarlierLimit,
            cancellation
        );
        var order = await shop.OrderAsync(LoadPlan.SteadyMix(LongestLoadSeconds));
        await shop.AnswersAsync(order, cancellation);
        await using var load = await LoadProcess.StartAsync(cluster.Cluster, order);
        await load.RunningForAsync(Before, cancellation);
        var begun = load.Progress!.Seconds;
        await scenario.Happen(new Stage(run, cluster, guide, shop, observer, load), cancellation);
        var seconds = load.Progress.Seconds - begun;
        await load.RunningForAsync(After, cancellation);
        var report = await load.StopAsync().WaitAsync(cancellation);
        return new(
            scenario.Name,
            scenario.Title,
            run,
            Math.Round(seconds, 1),
            RunSummary.Of(report),
            [.. report.Failures.Select(f => f with { Seconds = Math.Round(f.Seconds - begun, 2) })]
        );
    }
}
