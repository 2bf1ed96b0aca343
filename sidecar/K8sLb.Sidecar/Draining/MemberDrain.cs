using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Draining;

/// <summary>
/// The member's one drain, whoever asks for it: the operator's directive, the kubelet's preStop or SIGTERM. The first
/// starts it and gives it its id; the others join, and can only bring its end nearer. The operator can take back its own
/// word alone.
/// </summary>
public sealed class MemberDrain(ConnectionRegistry registry, SnapshotInForce snapshots, TimeProvider clock)
{
    private readonly Lock gate = new();
    private DrainState? current;
    private TaskCompletionSource over = NewSignal();
    private string? directiveId;
    private bool preStop;
    private bool sigterm;
    private int? weightBefore;

    public DrainState? Current => Volatile.Read(ref current);

    /// <summary>It began, moved on or was cancelled. Raised outside of locks, by whoever caused it.</summary>
    public event Action? Changed;

    /// <summary>Starts or joins the drain on this pod's own account; <paramref name="reason"/> is PreStop or Sigterm.</summary>
    public DrainState Begin(DrainReason reason)
    {
        DrainState state;
        lock (gate)
        {
            preStop |= reason == DrainReason.PreStop;
            sigterm |= reason == DrainReason.Sigterm;
            var now = clock.GetUtcNow();
            var policy = snapshots.Current?.Pool.Policy.Drain;
            var deadline = now + TimeSpan.FromMilliseconds(policy?.DeadlineMs ?? 0);
            var rampDownEnds = now + TimeSpan.FromMilliseconds(policy?.RampDownMs ?? 0);
            state = current is { } running
                ? running with
                {
                    // The pod is ending: a reason that could go away again must not stand for it.
                    Reason = IsRevocable(running.Reason) ? reason : running.Reason,
                    Deadline = Earlier(running.Deadline, deadline),
                    RampDownEndsAt = Earlier(running.RampDownEndsAt, rampDownEnds),
                }
                : Start($"{reason}-{Guid.NewGuid():N}".ToLowerInvariant(), reason, now, rampDownEnds, deadline);
            Volatile.Write(ref current, state);
        }
        Changed?.Invoke();
        return state;
    }

    /// <summary>Takes up what a new snapshot says of this member.</summary>
    public void Follow(MemberSnapshot snapshot)
    {
        lock (gate)
        {
            var self = snapshot.Pool.Members.FirstOrDefault(m => m.Uid == snapshot.Self.Uid);
            if (current is null && snapshot.Self.Drain is null && self is { Weight: > 0 })
            {
                weightBefore = self.Weight;
            }
            Volatile.Write(ref current, Following(snapshot.Self.Drain));
        }
        Changed?.Invoke();
    }

    /// <summary>
    /// The application that preStop spoke for has gone and come back (its container was restarted, the pod stays): the
    /// member takes work again, unless somebody else wants it drained.
    /// </summary>
    public void LapsePreStop()
    {
        lock (gate)
        {
            preStop = false;
            if (sigterm || directiveId is not null || current is null)
            {
                return;
            }
            EndDrain();
        }
        Changed?.Invoke();
    }

    /// <summary>True while preStop alone holds the drain.</summary>
    public bool IsHeldByPreStopAlone
    {
        get
        {
            lock (gate)
            {
                return preStop && !sigterm && directiveId is null;
            }
        }
    }

    /// <summary>Connections are let go faster than granted, which is told from now on.</summary>
    public void NotePaceRaised()
    {
        lock (gate)
        {
            if (current is { PaceRaised: false } running)
            {
                Volatile.Write(ref current, running with { PaceRaised = true });
            }
        }
    }

    /// <summary>Moves the drain on, where the connections and the time allow it.</summary>
    public DrainState? Advance()
    {
        DrainState? state;
        lock (gate)
        {
            if (current is not { } running)
            {
                return null;
            }
            var account = registry.Account();
            var next = DrainProgression.Next(
                running,
                account.Live.Total,
                clock.GetElapsedTime(account.LastArrival),
                snapshots.QuietPeriod,
                clock.GetUtcNow()
            );
            if (next == running.Progress)
            {
                return running;
            }
            state = running with { Progress = next };
            Volatile.Write(ref current, state);
            if (state.IsOver)
            {
                over.TrySetResult();
            }
        }
        Changed?.Invoke();
        return state;
    }

    /// <summary>Waits until the drain is over: released, forced or cancelled.</summary>
    public Task WhenOver(CancellationToken cancellation)
    {
        lock (gate)
        {
            return current is null ? Task.CompletedTask : over.Task.WaitAsync(cancellation);
        }
    }

    private DrainState? Following(DrainDirective? directive)
    {
        var ownTrigger = preStop || sigterm;
        if (directive is null)
        {
            directiveId = null;
            if (!ownTrigger && current is not null)
            {
                EndDrain();
            }
            return current;
        }
        var joined = directive.Id == directiveId || ownTrigger;
        directiveId = directive.Id;
        if (current is { } running && joined)
        {
            return ownTrigger
                ? running with
                {
                    Deadline = Earlier(running.Deadline, directive.Deadline),
                    RampDownEndsAt = Earlier(running.RampDownEndsAt, directive.RampDownEndsAt),
                    AwaitsPeers = !directive.PeersKnow,
                }
                : running with
                {
                    Deadline = directive.Deadline,
                    RampDownEndsAt = directive.RampDownEndsAt,
                    AwaitsPeers = !directive.PeersKnow,
                };
        }
        if (current is not null)
        {
            EndDrain();
        }
        return Start(
            directive.Id,
            directive.Reason,
            directive.StartedAt,
            directive.RampDownEndsAt,
            directive.Deadline
        ) with
        {
            AwaitsPeers = !directive.PeersKnow,
        };
    }

    private DrainState Start(
        string id,
        DrainReason reason,
        DateTimeOffset startedAt,
        DateTimeOffset rampDownEndsAt,
        DateTimeOffset deadline
    )
    {
        var account = registry.Account();
        return new()
        {
            Id = id,
            Reason = reason,
            StartedAt = startedAt,
            RampDownEndsAt = Earlier(rampDownEndsAt, deadline),
            Deadline = deadline,
            Progress = DrainProgress.RampDown,
            Initial = account.Live.Total,
            TotalsAtStart = account.Totals,
            WeightBefore = weightBefore,
            MeanArrivalGap = account.MeanArrivalGap is { } gap ? clock.GetElapsedTime(0, gap) : null,
        };
    }

    private void EndDrain()
    {
        Volatile.Write(ref current, null);
        over.TrySetResult();
        over = NewSignal();
    }

    private static bool IsRevocable(DrainReason reason) =>
        reason is DrainReason.Requested or DrainReason.ReadinessLost or DrainReason.HealthCheckFailed;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
