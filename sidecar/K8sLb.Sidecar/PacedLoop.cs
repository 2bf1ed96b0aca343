using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar;

/// <summary>
/// A background loop of short rounds. One that fails is counted and logged under the loop's name, and the next comes at its
/// time: what a round decides from is read anew in each.
/// </summary>
public abstract class PacedLoop(string name, TimeSpan pace, SidecarMetrics metrics, TimeProvider clock, ILogger log)
    : BackgroundService
{
    protected abstract ValueTask StepAsync(CancellationToken cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(pace, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await StepAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                metrics.LoopFailures.Add(1, SidecarMetrics.Loop(name));
                SidecarLog.LoopFailed(log, name, e);
            }
        }
    }
}
