using K8sLb.Kubernetes.Models;
using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>
/// Deploys the application, puts it under load, restarts it, and goes on until every old pod is gone and the load had its
/// number of requests.
/// </summary>
internal sealed class RolloutRun(RunKind run, ShopDeployment shop, ShopObserver observer, IDemoView view)
{
    private const int FewestRequests = 20_500;
    private const int LongestLoadSeconds = 420;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OldPodsLimit = TimeSpan.FromSeconds(150);

    private readonly RunObservation observation = new(run, observer, view);

    public async Task<RolloutResult> RunAsync(CancellationToken cancellation)
    {
        view.Step("waiting for the Service to answer");
        var order = await shop.OrderAsync(LoadPlan.SteadyMix(LongestLoadSeconds));
        await shop.AnswersAsync(order, cancellation);

        await using var load = await LoadProcess.StartAsync(shop.Cluster, order);
        return await observation.DuringAsync(load, () => RestartUnderAsync(load, cancellation), cancellation);
    }

    private async Task<RolloutResult> RestartUnderAsync(LoadProcess load, CancellationToken cancellation)
    {
        observation.Stage("steady load");
        await load.RunningForAsync(WarmUp, cancellation);

        observation.RememberPods();
        var restartAt = load.Progress!.Seconds;
        observation.Stage("kubectl rollout restart");
        await shop.RestartAsync(cancellation);
        var rolloutDoneAt = load.Progress.Seconds;

        observation.Stage("old pods are ending");
        await load.UntilAsync(() => !OldPods().Any(), OldPodsLimit, "the old pods are gone", cancellation);
        var oldPodsGoneAt = load.Progress.Seconds;

        observation.Stage("steady load");
        await load.RunningForAsync(After, cancellation);
        var limit = TimeSpan.FromSeconds(LongestLoadSeconds);
        await load.UntilAsync(() => load.Progress.Requests >= FewestRequests, limit, "enough requests", cancellation);

        observation.Stage("stopping the load");
        var report = await load.StopAsync().WaitAsync(cancellation);
        return new(run, report, restartAt, rolloutDoneAt, oldPodsGoneAt, [.. observation.OldPods], observation.Frames);
    }

    private IEnumerable<V1Pod> OldPods() =>
        observer.Pods.Where(pod => observation.OldPods.Contains(pod.Metadata.Name ?? "") && !pod.HasEnded());
}
