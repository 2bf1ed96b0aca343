using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Draining;

/// <summary>
/// The kubelet runs preStop also when it restarts a container that failed its liveness probe; the pod stays then. A drain
/// that preStop alone holds ends when the application has been seen to stop and to accept connections again.
/// </summary>
public sealed class PreStopLapse(
    MemberDrain drain,
    ApplicationProbe application,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<PreStopLapse> log
) : PacedLoop("preStop", TimeSpan.FromMilliseconds(250), metrics, clock, log)
{
    private volatile bool hasSeenItStop;

    /// <summary>Since the drain is over the application has stopped; when it accepts connections again, the drain lapses.</summary>
    public bool HasSeenItStop => hasSeenItStop;

    protected override async ValueTask StepAsync(CancellationToken cancellation)
    {
        if (drain.Current is not { IsOver: true } || !drain.IsHeldByPreStopAlone)
        {
            hasSeenItStop = false;
            return;
        }
        var deaf = await application.DeafPortsAsync(cancellation);
        if (deaf.Count == 0 && hasSeenItStop)
        {
            drain.LapsePreStop();
        }
        hasSeenItStop |= deaf.Count > 0;
    }
}
