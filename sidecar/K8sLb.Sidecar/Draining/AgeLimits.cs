using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Draining;

/// <summary>Applies <see cref="AgePolicy"/> to every live connection, where the pool has such limits.</summary>
public sealed class AgeLimits(
    ConnectionRegistry registry,
    SnapshotInForce snapshots,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<AgeLimits> log
) : PacedLoop("age", TimeSpan.FromMilliseconds(250), metrics, clock, log)
{
    /// <summary>Spreads numbers that follow each other evenly over the range from 0 to 1: the golden ratio's fraction.</summary>
    private const double Spread = 0.6180339887498949;
    private readonly TimeProvider clock = clock;
    private readonly List<TrackedConnection> live = [];

    protected override ValueTask StepAsync(CancellationToken cancellation)
    {
        if (snapshots.Current?.Pool.Policy.Connections is not { } limits || limits is { IdleTimeoutMs: 0, MaxAgeMs: 0 })
        {
            return ValueTask.CompletedTask;
        }
        registry.CopyLiveTo(live);
        foreach (var connection in live)
        {
            var facts = new AgeFacts(
                connection.Protocol,
                connection.InFlight,
                clock.GetElapsedTime(connection.OpenedAt),
                clock.GetElapsedTime(connection.LastActivity)
            );
            if (AgePolicy.Decide(facts, limits, connection.Id * Spread % 1) is { } verdict)
            {
                Carry(connection, verdict);
            }
        }
        live.Clear();
        return ValueTask.CompletedTask;
    }

    private static void Carry(TrackedConnection connection, AgeVerdict verdict)
    {
        switch (verdict.Step)
        {
            case ReleaseStep.Cut:
                connection.Cut(verdict.Reason);
                break;
            case ReleaseStep.WhenSettled:
                connection.Release(ReleaseUrgency.WhenSettled, verdict.Reason);
                break;
            default:
                connection.Release(ReleaseUrgency.AfterAnswer, verdict.Reason);
                break;
        }
    }
}
