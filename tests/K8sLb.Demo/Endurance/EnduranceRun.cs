using K8sLb.Kubernetes.Models;
using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>Restarts the application over and over under steady load; each restart waits for the last old pod's end.</summary>
internal sealed class EnduranceRun(ShopDeployment shop, ShopObserver observer, IDemoView view)
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan OldPodsLimit = TimeSpan.FromSeconds(180);

    public async Task<(LoadReport Load, IReadOnlyList<double> RestartSeconds)> RunAsync(
        EnduranceOptions options,
        CancellationToken cancellation
    )
    {
        var order = await shop.OrderAsync(options.Plan);
        await shop.AnswersAsync(order, cancellation);
        await using var load = await LoadProcess.StartAsync(shop.Cluster, order);
        await load.RunningForAsync(Before, cancellation);
        var seconds = new List<double>();
        for (var restart = 1; restart <= options.Restarts; restart++)
        {
            var begun = load.Progress!.Seconds;
            await RestartAsync(load, cancellation);
            seconds.Add(Math.Round(load.Progress.Seconds - begun, 1));
            view.Tell(EnduranceTexts.Restart(restart, options.Restarts, seconds, load.Progress));
        }
        await load.RunningForAsync(After, cancellation);
        return (await load.StopAsync().WaitAsync(cancellation), seconds);
    }

    private async Task RestartAsync(LoadProcess load, CancellationToken cancellation)
    {
        var old = observer.Pods.Select(p => p.Metadata.Name ?? "").ToHashSet();
        await shop.RestartAsync(cancellation);
        await load.UntilAsync(
            () => !observer.Pods.Any(pod => old.Contains(pod.Metadata.Name ?? "") && !pod.HasEnded()),
            OldPodsLimit,
            "the old pods are gone",
            cancellation
        );
    }
}
