using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Routing;

/// <summary>Refreshes the routing plan while weights move with the time.</summary>
public sealed class RoutingClock(
    WorkRouter router,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<RoutingClock> log
) : PacedLoop("routing", TimeSpan.FromMilliseconds(100), metrics, clock, log)
{
    private readonly TimeProvider clock = clock;
    private bool wasMoving;

    protected override ValueTask StepAsync(CancellationToken cancellation)
    {
        var moves = router.IsMoving(clock.GetUtcNow());
        if (moves || wasMoving)
        {
            router.Refresh();
        }
        wasMoving = moves;
        return ValueTask.CompletedTask;
    }
}
