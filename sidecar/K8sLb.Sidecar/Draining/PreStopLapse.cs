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
) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, clock);
        var wasDeaf = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (drain.Current is not { IsOver: true } || !drain.IsHeldByPreStopAlone)
                {
                    wasDeaf = false;
                    continue;
                }
                var deaf = await application.DeafPortsAsync(stoppingToken);
                if (deaf.Count == 0 && wasDeaf)
                {
                    drain.LapsePreStop();
                }
                wasDeaf |= deaf.Count > 0;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                metrics.LoopFailures.Add(1, SidecarMetrics.Loop("preStop"));
                SidecarLog.LoopFailed(log, "preStop", e);
            }
        }
    }
}
