using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Draining;

/// <summary>
/// Where the operator says that this member holds more than its share: releases what is above it at the granted pace, idle
/// connections first, then the oldest. A drain takes precedence: it releases everything.
/// </summary>
public sealed class Rebalancer(
    MemberDrain drain,
    ConnectionRegistry registry,
    SnapshotInForce snapshots,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<Rebalancer> log
) : PacedLoop("rebalance", TimeSpan.FromMilliseconds(100), metrics, clock, log)
{
    private readonly TimeProvider clock = clock;
    private readonly ILogger log = log;
    private readonly List<TrackedConnection> live = [];
    private readonly PacedRelease release = new(clock);
    private RebalanceDirective? told;

    protected override ValueTask StepAsync(CancellationToken cancellation)
    {
        var directive = drain.Current is null ? snapshots.Current?.Self.Rebalance : null;
        release.BeginRound(anew: directive != told);
        if (directive != told)
        {
            told = directive;
            if (directive is not null)
            {
                SidecarLog.Rebalances(log, registry.Held().Connections, directive.HoldAtMost);
            }
        }
        if (drain.Current is null && snapshots.Current?.Pool.Policy.Rebalance is not null)
        {
            Apply(directive);
        }
        return ValueTask.CompletedTask;
    }

    private void Apply(RebalanceDirective? directive)
    {
        var held = 0;
        registry.CopyLiveTo(live);
        foreach (var connection in live)
        {
            if (connection is { IsHeld: true, Leaves: false })
            {
                held++;
                if (connection.Protocol != ClientProtocol.Tcp)
                {
                    release.Offer(connection);
                }
            }
            else if (connection.ReleaseReason == EndReason.Rebalance)
            {
                // It has not gone yet: at a better moment, or at any that its protocol allows.
                var facts = ReleaseFacts.Of(connection, clock, arrivalsHaveCeased: false);
                connection.Ask(ReleasePolicy.Pursue(facts, snapshots.QuietPeriod), EndReason.Rebalance);
            }
        }
        var above = directive is null ? 0 : held - directive.HoldAtMost;
        release.Release(above, directive?.ReleasesPerSecond ?? 0, TimeSpan.MaxValue, EndReason.Rebalance);
        live.Clear();
    }
}
