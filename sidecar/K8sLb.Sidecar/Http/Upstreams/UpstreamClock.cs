using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Http.Upstreams;

/// <summary>Keeps the connections to destinations in step with the pool and with what they carry.</summary>
internal sealed class UpstreamClock(
    HttpDestinations destinations,
    UpstreamCounts counts,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<UpstreamClock> log
) : PacedLoop("upstream", TimeSpan.FromMilliseconds(250), metrics, clock, log)
{
    private readonly SidecarMetrics metrics = metrics;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.Observe(counts);
        return base.StartAsync(cancellationToken);
    }

    protected override ValueTask StepAsync(CancellationToken cancellation)
    {
        destinations.Follow();
        return ValueTask.CompletedTask;
    }
}
