using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Routing;

/// <summary>Refreshes the routing plan while weights move with the time.</summary>
public sealed class RoutingClock(
    WorkRouter router,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<RoutingClock> log
) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, clock);
        var wasMoving = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var moves = router.IsMoving(clock.GetUtcNow());
                if (moves || wasMoving)
                {
                    router.Refresh();
                }
                wasMoving = moves;
            }
            catch (Exception e)
            {
                metrics.LoopFailures.Add(1, SidecarMetrics.Loop("routing"));
                SidecarLog.LoopFailed(log, "routing", e);
            }
        }
    }
}
