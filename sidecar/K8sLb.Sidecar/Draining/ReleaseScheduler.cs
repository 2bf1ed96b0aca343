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
    /// <summary>
    /// A process that stood still, throttled at its CPU limit say, finds all its clients quiet when it wakes, with what they
    /// sent still unread. What is quiet is asked again before it is believed.
    /// </summary>
    private const int RoundsToBelieve = 3;

    private readonly TimeProvider clock = clock;
    private readonly ILogger log = log;
    private readonly List<TrackedConnection> live = [];
    private readonly List<Waiting> waiting = [];
    private ReleasePace pace;
    private long lastStep = clock.GetTimestamp();
    private DrainState? told;

    protected override ValueTask StepAsync(CancellationToken cancellation)
    {
        var state = drain.Advance();
        var elapsed = clock.GetElapsedTime(lastStep);
        lastStep = clock.GetTimestamp();
        if (state is null || state.Id != told?.Id)
        {
            pace = default;
        }
        if (state is null && told is not null)
        {
            TakeBack();
        }
        Tell(state);
        if (state is { IsReleasing: true })
        {
            Apply(state, elapsed);
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

    private void Apply(DrainState state, TimeSpan elapsed)
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
            var step = ReleasePolicy.Decide(Facts(connection, now, ceased), state, quietPeriod, now);
            if (step is ReleaseStep.Leave or ReleaseStep.Cut || connection.Leaves)
            {
                Carry(connection, step);
            }
            else
            {
                var isIdle = connection.InFlight == 0;
                waiting.Add(new(connection, isIdle, isIdle ? connection.LastActivity : connection.OpenedAt));
            }
        }
        LetGo(state, elapsed, now);
        live.Clear();
    }

    /// <summary>Idle ones first, those that have been so for longest before others; then the oldest.</summary>
    private void LetGo(DrainState state, TimeSpan elapsed, DateTimeOffset now)
    {
        var count = pace.Take(
            waiting.Count,
            snapshots.ReleasesPerSecond,
            elapsed,
            ReleasePolicy.PacedUntil(state) - now
        );
        if (count < waiting.Count)
        {
            waiting.Sort(
                static (a, b) => a.IsIdle == b.IsIdle ? a.Since.CompareTo(b.Since) : b.IsIdle.CompareTo(a.IsIdle)
            );
        }
        foreach (var next in waiting[..count])
        {
            next.Connection.Release(ReleaseUrgency.AfterAnswer);
        }
        waiting.Clear();
        if (pace.IsRaised)
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
        connection.QuietRounds = step == ReleaseStep.WhenSettled ? connection.QuietRounds + 1 : 0;
        switch (step)
        {
            case ReleaseStep.AfterAnswer:
                connection.Release(ReleaseUrgency.AfterAnswer);
                break;
            case ReleaseStep.WhenSettled when connection.QuietRounds >= RoundsToBelieve:
                connection.Release(ReleaseUrgency.WhenSettled);
                break;
            case ReleaseStep.AtNextBoundary:
                connection.Release(ReleaseUrgency.AtNextBoundary);
                break;
            case ReleaseStep.Cut:
                connection.Cut(
                    EndReason.Deadline,
                    reset: snapshots.Current?.Pool.Policy.Drain.OnDeadline == DeadlineAction.Reset
                );
                break;
            default:
                break;
        }
    }

    private ReleaseFacts Facts(TrackedConnection connection, DateTimeOffset now, bool arrivalsHaveCeased) =>
        new()
        {
            Protocol = connection.Protocol,
            State = connection.State,
            SinceLastActivity = clock.GetElapsedTime(connection.LastActivity),
            MeanGap = connection.MeanGap is { } gap ? clock.GetElapsedTime(0, gap) : null,
            OpenedAt = now - clock.GetElapsedTime(connection.OpenedAt),
            ArrivalsHaveCeased = arrivalsHaveCeased,
            SinceFirstAsked =
                connection.ReleaseAskedAt == 0 ? TimeSpan.Zero : clock.GetElapsedTime(connection.ReleaseAskedAt),
        };

    private void Tell(DrainState? state)
    {
        if (state?.Id == told?.Id && state?.Progress == told?.Progress)
        {
            return;
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
            var report = DrainReports.From(state, registry.Account(), clock.GetUtcNow());
            SidecarLog.DrainMoved(
                log,
                state.Id,
                state.Progress.ToString(),
                report.Remaining,
                report.Released,
                report.Forced
            );
        }
        told = state;
    }

    /// <summary>Read once, because it goes on changing while others are compared with it.</summary>
    private readonly record struct Waiting(TrackedConnection Connection, bool IsIdle, long Since);
}
