using K8sLb.Load;

namespace K8sLb.Demo;

/// <summary>Puts the application under long streams, doubles its pods, and looks where the streams are from then on.</summary>
internal sealed class ScaleRun(RunKind run, ShopDeployment shop, ShopObserver observer, IDemoView view)
{
    public const int From = 4;
    public const int To = 8;
    public const int Streams = 2_000;
    private const int LongestLoadSeconds = 600;

    /// <summary>Part of the streams that must be open before anything happens.</summary>
    private const double Enough = 0.99;
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(10);

    private readonly RunObservation observation = new(run, observer, view);

    public async Task<ScaleResult> RunAsync(CancellationToken cancellation)
    {
        view.Step("waiting for the Service to answer");
        var order = await shop.OrderAsync(LoadPlan.Streams(Streams, LongestLoadSeconds));
        await shop.AnswersAsync(order, cancellation);
        await using var load = await LoadProcess.StartAsync(shop.Cluster, order);
        return await observation.DuringAsync(load, () => ScaleUnderAsync(load, cancellation), cancellation);
    }

    private async Task<ScaleResult> ScaleUnderAsync(LoadProcess load, CancellationToken cancellation)
    {
        observation.Stage($"opening {Streams} gRPC streams");
        await load.UntilAsync(
            () => load.Progress?.Members.Values.Sum(m => m.Http2) >= Streams * Enough,
            OpenLimit,
            "the streams are open",
            cancellation
        );
        observation.Stage("steady load");
        await load.RunningForAsync(Before, cancellation);

        observation.RememberPods();
        var scaleAt = load.Progress!.Seconds;
        observation.Stage($"kubectl scale --replicas={To}");
        await shop.ScaleAsync(To, cancellation);
        var readyAt = load.Progress.Seconds;
        observation.Stage($"{To} pods are ready");
        await load.RunningForAsync(ScaleVerdict.Within + ScaleVerdict.Lasting, cancellation);

        // Without those in which the load closes its connections.
        var frames = observation.Frames;
        observation.Stage("stopping the load");
        var report = await load.StopAsync().WaitAsync(cancellation);
        return new(run, report, scaleAt, readyAt, [.. observation.OldPods], frames);
    }
}
