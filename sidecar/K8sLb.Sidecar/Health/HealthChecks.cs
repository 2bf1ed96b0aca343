using K8sLb.Protocol;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Health;

/// <summary>Checks the application at the pool's interval.</summary>
public sealed class HealthChecks(
    SnapshotInForce snapshots,
    HealthProbe probe,
    MemberHealth health,
    Random random,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<HealthChecks> log
) : PacedLoop("health", TimeSpan.FromMilliseconds(100), metrics, clock, log)
{
    /// <summary>Part of the interval by which checks come sooner or later, so that the members of a pool do not check in step.</summary>
    private const double Jitter = 0.1;

    private readonly TimeProvider clock = clock;
    private readonly SidecarMetrics metrics = metrics;
    private readonly ILogger log = log;
    private HealthVerdict verdict = HealthVerdict.Untried;
    private HealthCheckPolicy? asked;
    private long next;

    protected override async ValueTask StepAsync(CancellationToken cancellation)
    {
        var policy = snapshots.Current?.Pool.Policy.HealthCheck;
        if (policy != asked)
        {
            (asked, verdict, next) = (policy, HealthVerdict.Untried, 0);
            health.Put(policy is null ? null : new() { Healthy = true });
        }
        if (policy is null || clock.GetTimestamp() < next)
        {
            return;
        }
        var ailing = await probe.CheckAsync(policy, cancellation);
        var pause = policy.IntervalMs / 1000.0 * (1 + (Jitter * ((2 * random.NextDouble()) - 1)));
        next = clock.GetTimestamp() + (long)(pause * clock.TimestampFrequency);
        Conclude(policy, ailing);
    }

    private void Conclude(HealthCheckPolicy policy, string? ailing)
    {
        metrics.HealthChecks.Add(1, SidecarMetrics.Outcome(ailing is null ? "Success" : "Failure"));
        var before = verdict;
        verdict = before.After(ailing is null, policy);
        if (verdict.Healthy != before.Healthy)
        {
            SidecarLog.HealthChanged(log, verdict.Healthy ? "healthy again" : $"failing: {ailing}");
        }
        // While it fails the newest finding is worth more than the first one.
        var message = verdict.Healthy ? null : ailing ?? health.Current?.Message;
        health.Put(new() { Healthy = verdict.Healthy, Message = message });
    }
}
