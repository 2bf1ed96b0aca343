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
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);
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
        await AnswersAsync(order, cancellation);

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
        await RunningForAsync(load, WarmUp, cancellation);

        oldPods = observer.Pods.Select(p => p.Metadata.Name ?? "").ToHashSet();
        var restartAt = load.Progress!.Seconds;
        Stage("kubectl rollout restart");
        await shop.RestartAsync(cancellation);
        var rolloutDoneAt = load.Progress.Seconds;

        Stage("old pods are ending");
        await UntilAsync(load, () => !OldPods().Any(), OldPodsLimit, "the old pods are gone", cancellation);
        var oldPodsGoneAt = load.Progress.Seconds;

        Stage("steady load");
        await RunningForAsync(load, After, cancellation);
        var limit = TimeSpan.FromSeconds(LongestLoadSeconds);
        await UntilAsync(load, () => load.Progress.Requests >= FewestRequests, limit, "enough requests", cancellation);

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

    /// <summary>A few requests on connections of their own, until all of them succeed: kube-proxy has seen the endpoints.</summary>
    private async Task AnswersAsync(LoadOrder order, CancellationToken cancellation)
    {
        var probe = order with
        {
            Plan = new LoadPlan(20, MaxRequests: 40, NewConnection: new() { PerSecond = 50, MaxConcurrent = 10 }),
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        while (true)
        {
            await using var load = await LoadProcess.StartAsync(shop.Cluster, probe);
            var report = await load.Report.WaitAsync(cancellation);
            if (report.Failed == 0)
            {
                return;
            }
            if (limit.IsCancellationRequested)
            {
                throw new DemoException($"the Service does not answer: {report.Failures[0].Message}");
            }
        }
    }

    private static async Task RunningForAsync(LoadProcess load, TimeSpan time, CancellationToken cancellation)
    {
        var until = (load.Progress?.Seconds ?? 0) + time.TotalSeconds;
        await UntilAsync(load, () => load.Progress?.Seconds >= until, time * 4, $"{time} of load", cancellation);
    }

    private static async Task UntilAsync(
        LoadProcess load,
        Func<bool> condition,
        TimeSpan limit,
        string what,
        CancellationToken cancellation
    )
    {
        using var late = new CancellationTokenSource(limit);
        while (!condition())
        {
            if (load.Report.IsCompleted)
            {
                await load.Report;
                throw new DemoException($"the load ended by itself before: {what}");
            }
            if (late.IsCancellationRequested)
            {
                throw new DemoException($"not within {limit.TotalSeconds} s: {what}");
            }
            await Task.Delay(Beat, cancellation);
        }
    }

    /// <summary>Four looks a second, for the table and for the report.</summary>
    private async Task ObserveAsync(LoadProcess load, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
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
            await Task.Delay(Beat, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
