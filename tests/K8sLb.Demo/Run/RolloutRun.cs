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

    private readonly List<DemoFrame> frames = [];
    private HashSet<string> oldPods = [];
    private volatile string stage = "";

    public async Task<RolloutResult> RunAsync(CancellationToken cancellation)
    {
        view.Step("waiting for the Service to answer");
        var order = await shop.OrderAsync(LoadPlan.SteadyMix(LongestLoadSeconds));
        await shop.AnswersAsync(order, cancellation);

        await using var load = await LoadProcess.StartAsync(shop.Cluster, order);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var observing = ObserveAsync(load, ended.Token);
        try
        {
            return await RestartUnderAsync(load, cancellation);
        }
        finally
        {
            await ended.CancelAsync();
            await observing;
        }
    }

    private async Task<RolloutResult> RestartUnderAsync(LoadProcess load, CancellationToken cancellation)
    {
        Stage("steady load");
        await load.RunningForAsync(WarmUp, cancellation);

        oldPods = observer.Pods.Select(p => p.Metadata.Name ?? "").ToHashSet();
        var restartAt = load.Progress!.Seconds;
        Stage("kubectl rollout restart");
        await shop.RestartAsync(cancellation);
        var rolloutDoneAt = load.Progress.Seconds;

        Stage("old pods are ending");
        await load.UntilAsync(() => !OldPods().Any(), OldPodsLimit, "the old pods are gone", cancellation);
        var oldPodsGoneAt = load.Progress.Seconds;

        Stage("steady load");
        await load.RunningForAsync(After, cancellation);
        var limit = TimeSpan.FromSeconds(LongestLoadSeconds);
        await load.UntilAsync(() => load.Progress.Requests >= FewestRequests, limit, "enough requests", cancellation);

        Stage("stopping the load");
        var report = await load.StopAsync().WaitAsync(cancellation);
        lock (frames)
        {
            return new(run, report, restartAt, rolloutDoneAt, oldPodsGoneAt, [.. oldPods], [.. frames]);
        }
    }

    private void Stage(string text)
    {
        stage = text;
        view.Step(text);
    }

    private IEnumerable<V1Pod> OldPods() =>
        observer.Pods.Where(pod => oldPods.Contains(pod.Metadata.Name ?? "") && !pod.HasEnded());

    /// <summary>A look with each line of the load's progress, for the table and for the report.</summary>
    private async Task ObserveAsync(LoadProcess load, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var line = load.NextLine;
            if (load.Progress is { } progress)
            {
                var rows =
                    run == RunKind.Baseline
                        ? MemberRows.OfPods(observer.Pods, progress, oldPods)
                        : MemberRows.OfPool(observer.Pods, observer.PoolStatus, oldPods, DateTimeOffset.UtcNow);
                var frame = new DemoFrame(run, stage, progress.Seconds, progress, rows);
                lock (frames)
                {
                    frames.Add(frame);
                }
                view.Show(frame);
            }
            await line.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
