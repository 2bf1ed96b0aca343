using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Draining;

/// <summary>While there is a drain: moves it on and applies <see cref="ReleasePolicy"/> to every live connection.</summary>
public sealed class ReleaseLoop(
    MemberDrain drain,
    ConnectionRegistry registry,
    SnapshotInForce snapshots,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<ReleaseLoop> log
) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// A process that stood still, throttled at its CPU limit say, finds all its clients quiet when it wakes, with what they
    /// sent still unread. What is quiet is asked again before it is believed.
    /// </summary>
    private const int RoundsToBelieve = 3;

    private readonly List<TrackedConnection> live = [];
    private DrainState? told;

    /// <summary>One round; public so that a test can drive it by a clock of its own.</summary>
    public void Step()
    {
        var state = drain.Advance();
        Tell(state);
        if (state is { IsReleasing: true })
        {
            Apply(state);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Step();
            }
            catch (Exception e)
            {
                metrics.LoopFailures.Add(1, SidecarMetrics.Loop("release"));
                SidecarLog.LoopFailed(log, "release", e);
            }
        }
    }

    private void Apply(DrainState state)
    {
        var now = clock.GetUtcNow();
        var quietPeriod = snapshots.QuietPeriod;
        var sinceArrival = clock.GetElapsedTime(registry.Account().LastArrival);
        var ceased = DrainProgression.ArrivalsHaveCeased(state, sinceArrival, quietPeriod, now);
        registry.CopyLiveTo(live);
        foreach (var connection in live)
        {
            var step = ReleasePolicy.Decide(Facts(connection, now, ceased), state, quietPeriod, now);
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
                    connection.Cut();
                    break;
                default:
                    break;
            }
        }
        live.Clear();
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
            var report = DrainReports.From(state, registry.Account());
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
}
