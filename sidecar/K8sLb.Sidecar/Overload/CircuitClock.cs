using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Overload;

/// <summary>Moves what follows the time in front of the application, and says when its circuit opens and closes.</summary>
public sealed class CircuitClock(
    ApplicationGate gate,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<CircuitClock> log
) : PacedLoop("circuit", TimeSpan.FromMilliseconds(100), metrics, clock, log)
{
    private readonly SidecarMetrics metrics = metrics;
    private readonly ILogger log = log;
    private bool wasOpen;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.Observe(gate);
        return base.StartAsync(cancellationToken);
    }

    protected override ValueTask StepAsync(CancellationToken cancellation)
    {
        gate.Tick();
        var state = gate.Breaker.State;
        var isOpen = state.Phase != BreakerPhase.Closed;
        if (isOpen != wasOpen)
        {
            wasOpen = isOpen;
            if (isOpen)
            {
                SidecarLog.CircuitOpened(log, state.Pause);
            }
            else
            {
                SidecarLog.CircuitClosed(log);
            }
        }
        return ValueTask.CompletedTask;
    }
}
