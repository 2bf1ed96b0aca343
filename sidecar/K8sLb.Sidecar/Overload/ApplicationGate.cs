using K8sLb.Protocol;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Overload;

/// <summary>
/// What this member's application gets: no more work at a time than the pool allows, none while its circuit is open. What has no place
/// may wait for one. Work that finds a place meets two atomic operations and no lock.
/// </summary>
public sealed class ApplicationGate(SnapshotInForce snapshots, WorkRouter router, Random random, TimeProvider clock)
{
    private readonly DestinationLoad load = router.Local;
    private readonly CircuitBreaker breaker = new(clock);
    private readonly AdaptiveLimit adaptive = new(random, clock);
    private readonly PendingQueue pending = new();

    /// <summary>Null where the pool sets no bounds.</summary>
    public CircuitBreakerPolicy? Policy => snapshots.Current?.Pool.Policy.CircuitBreaker;

    public CircuitBreaker Breaker => breaker;
    public int Pending => pending.Count;

    /// <summary>Pieces of work at a time, as of now.</summary>
    public int Limit => Policy is { } policy ? LimitOf(policy) : int.MaxValue;

    /// <summary>Work that came now would find a place, as far as can be told before it comes.</summary>
    public bool HasPlace =>
        Policy is not { } policy
        || (
            pending.Count == 0
            && load.InFlight < LimitOf(policy)
            && (policy.ConsecutiveFailures == 0 || breaker.HasPlace)
        );

    /// <summary>Nobody overtakes those that wait.</summary>
    public bool TryEnter(out Place place)
    {
        place = default;
        return pending.Count == 0 && TryTake(Policy, out place);
    }

    /// <summary>For work that found no place.</summary>
    /// <returns>What to withdraw it by; null where it may not wait.</returns>
    public LinkedListNode<IPendingWork>? TryWait(IPendingWork work)
    {
        if (Policy is not { } policy || breaker.State.Phase != BreakerPhase.Closed)
        {
            return null;
        }
        var entry = pending.TryAdd(work, policy.MaxPending);
        // A place may have become free since it was looked for.
        Advance();
        return entry;
    }

    /// <summary>True where the work still waited, and will be told nothing.</summary>
    public bool TryWithdraw(LinkedListNode<IPendingWork> entry) => pending.TryWithdraw(entry);

    /// <summary>The work's connection could not be had, or its answer has begun, or there is none.</summary>
    public void NoteOutcome(int round, bool success, TimeSpan? took)
    {
        if (Policy is not { } policy)
        {
            return;
        }
        if (breaker.NoteOutcome(policy, round, success))
        {
            while (pending.TryTake() is { } waited)
            {
                waited.Refused();
            }
        }
        // A failure comes faster than an answer, or not at all: its time is none that work takes.
        if (success && took is { } time && policy.Adaptive is not null)
        {
            adaptive.Note(time, load.InFlight);
        }
    }

    public void Leave(int round)
    {
        load.End();
        breaker.NoteLeft(round);
        Advance();
    }

    /// <summary>Follows the time and the latest policy. Called by one thread, several times a second.</summary>
    public void Tick()
    {
        adaptive.Follow(Policy);
        Advance();
    }

    public CircuitReport? Report()
    {
        var state = breaker.State;
        return Policy is null
            ? null
            : new()
            {
                State = state.Phase switch
                {
                    BreakerPhase.Open => CircuitState.Open,
                    BreakerPhase.HalfOpen => CircuitState.HalfOpen,
                    _ => CircuitState.Closed,
                },
                PauseMs = (long)state.Pause.TotalMilliseconds,
                Limit = Limit is < int.MaxValue and var limit ? limit : null,
                Pending = pending.Count,
            };
    }

    /// <summary>Gives free places to those that wait.</summary>
    private void Advance()
    {
        while (pending.Count > 0 && TryTake(Policy, out var place))
        {
            if (pending.TryTake() is { } next)
            {
                next.Granted(place);
            }
            else
            {
                load.End();
                breaker.NoteLeft(place.Round);
            }
        }
    }

    private bool TryTake(CircuitBreakerPolicy? policy, out Place place)
    {
        place = default;
        if (policy is null)
        {
            load.Begin();
            place = new(this, breaker.State.Round);
            return true;
        }
        if (!load.TryBegin(LimitOf(policy)))
        {
            return false;
        }
        if (!breaker.TryEnter(policy, out var round))
        {
            load.End();
            return false;
        }
        place = new(this, round);
        return true;
    }

    private int LimitOf(CircuitBreakerPolicy policy) =>
        policy.Adaptive is not null ? adaptive.Limit
        : policy.MaxInFlight > 0 ? policy.MaxInFlight
        : int.MaxValue;
}
