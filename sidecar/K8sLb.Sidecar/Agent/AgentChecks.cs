using K8sLb.Protocol;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Agent;

/// <summary>Asks the application's agent at the pool's interval.</summary>
public sealed class AgentChecks(
    SnapshotInForce snapshots,
    AgentProbe probe,
    MemberAgent agent,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<AgentChecks> log
) : PacedLoop("agent", TimeSpan.FromMilliseconds(100), metrics, clock, log)
{
    private readonly TimeProvider clock = clock;
    private readonly SidecarMetrics metrics = metrics;
    private readonly LogThrottle throttle = new(clock);
    private readonly ILogger log = log;
    private AgentPolicy? asked;
    private long next;

    protected override async ValueTask StepAsync(CancellationToken cancellation)
    {
        var policy = snapshots.Current?.Pool.Policy.Agent;
        if (policy != asked)
        {
            (asked, next) = (policy, 0);
            agent.Put(policy is null ? null : AgentState.Silent);
        }
        if (policy is null || clock.GetTimestamp() < next)
        {
            return;
        }
        next = clock.GetTimestamp() + (policy.IntervalMs * clock.TimestampFrequency / 1000);
        await AskAsync(policy, cancellation);
    }

    /// <summary>
    /// An agent that cannot be reached, or says what is no word, changes nothing: whether the application works is for its health
    /// check to find out, as with HAProxy.
    /// </summary>
    private async Task AskAsync(AgentPolicy policy, CancellationToken cancellation)
    {
        var (reply, error) = await probe.AskAsync(policy, cancellation);
        if (reply is { } said)
        {
            agent.Put((agent.Current ?? AgentState.Silent).After(said));
        }
        metrics.AgentChecks.Add(1, SidecarMetrics.Outcome(error is null ? "Success" : "Failure"));
        if (error is not null && throttle.TryPass())
        {
            SidecarLog.AgentFailed(log, error);
        }
    }
}
