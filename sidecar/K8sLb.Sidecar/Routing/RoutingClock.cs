using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Routing;

/// <summary>Measures what arrives, and refreshes the routing plan while that or weights move with the time.</summary>
public sealed class RoutingClock(
    WorkRouter router,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<RoutingClock> log
) : PacedLoop("routing", TimeSpan.FromMilliseconds(100), metrics, clock, log)
{
    private readonly TimeProvider clock = clock;
    private long sampledAt = clock.GetTimestamp();
    private bool wasMoving;

    protected override ValueTask StepAsync(CancellationToken cancellation)
    {
        router.Sample(clock.GetElapsedTime(sampledAt));
        sampledAt = clock.GetTimestamp();
        var moves = router.IsMoving(clock.GetUtcNow());
        if (moves || wasMoving)
        {
            router.Refresh();
        }
        wasMoving = moves;
        return ValueTask.CompletedTask;
    }
}
