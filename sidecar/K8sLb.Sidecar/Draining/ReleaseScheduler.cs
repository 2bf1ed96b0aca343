using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Draining;

/// <summary>
/// While there is a drain: moves it on, lets connections go at the granted pace, and applies <see cref="ReleasePolicy"/> to
/// those that may.
/// </summary>
public sealed class ReleaseScheduler(
    MemberDrain drain,
    ConnectionRegistry registry,
    SnapshotInForce snapshots,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<ReleaseScheduler> log
) : PacedLoop("release", TimeSpan.FromMilliseconds(50), metrics, clock, log)
{
    private readonly TimeProvider clock = clock;
    private readonly ILogger log = log;
    private readonly List<TrackedConnection> live = [];
    private readonly PacedRelease release = new(clock);
    private DrainState? told;

    protected override ValueTask StepAsync(CancellationToken cancellation)
    {
        var state = drain.Advance();
        release.BeginRound(anew: state is null || state.Id != told?.Id);
        if (state is null && told is not null)
        {
            TakeBack();
        }
        Tell(state);
        if (state is { IsReleasing: true })
        {
            Apply(state);
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>The drain was cancelled: who was asked to go and has not been told yet may stay.</summary>
    private void TakeBack()
    {
        registry.CopyLiveTo(live);
        foreach (var connection in live)
        {
            connection.Stay();
        }
        live.Clear();
    }

    private void Apply(DrainState state)
    {
        var now = clock.GetUtcNow();
        var quietPeriod = snapshots.QuietPeriod;
        var resets = ResetsDead(state);
        var sinceArrival = clock.GetElapsedTime(registry.Account().LastArrival);
        var ceased = DrainProgression.ArrivalsHaveCeased(state, sinceArrival, quietPeriod, now);
        registry.CopyLiveTo(live);
        foreach (var connection in live)
        {
            if (resets)
            {
                connection.Cut(EndReason.Fault, reset: true);
                continue;
            }
            var step = ReleasePolicy.Decide(ReleaseFacts.Of(connection, clock, ceased), state, quietPeriod, now);
            if (step is ReleaseStep.Leave or ReleaseStep.Cut || connection.Leaves)
            {
                Carry(connection, step);
            }
            else
            {
                release.Offer(connection);
            }
        }
        var left = ReleasePolicy.PacedUntil(state) - now;
        release.Release(release.Offered, snapshots.ReleasesPerSecond, left, EndReason.Drain);
        live.Clear();
        if (release.IsRaised)
        {
            drain.NotePaceRaised();
        }
    }

    /// <summary>Nothing is waited for from an application that is dead, where the pool says so.</summary>
    private bool ResetsDead(DrainState state) =>
        state.Reason == DrainReason.HealthCheckFailed
        && snapshots.Current?.Pool.Policy.HealthCheck?.OnFailure == FailureAction.Reset;

    private void Carry(TrackedConnection connection, ReleaseStep step)
    {
        if (step == ReleaseStep.Cut)
        {
            connection.Cut(
                EndReason.Deadline,
                reset: snapshots.Current?.Pool.Policy.Drain.OnDeadline == DeadlineAction.Reset
            );
        }
        connection.Ask(step, EndReason.Drain);
    }

    private void Tell(DrainState? state)
    {
        if (state?.Id == told?.Id && state?.Progress == told?.Progress)
        {
            return;
        }
        var now = clock.GetUtcNow();
        if (told is { IsOver: false } cancelled && cancelled.Id != state?.Id)
        {
            DrainSpans.Record(DrainReports.From(cancelled, registry.Account(), now), isCancelled: true, now);
        }
        if (state is null)
        {
            SidecarLog.DrainCancelled(log);
        }
        else if (state.Id != told?.Id)
        {
            SidecarLog.DrainBegan(log, state.Id, state.Reason.ToString(), state.Initial, state.Deadline);
        }
        else
        {
            var report = DrainReports.From(state, registry.Account(), now);
            SidecarLog.DrainMoved(
                log,
                state.Id,
                state.Progress.ToString(),
                report.Remaining,
                report.Released,
                report.Forced
            );
            if (state.IsOver)
            {
                DrainSpans.Record(report, isCancelled: false, now);
            }
        }
        told = state;
    }
}
