using K8sLb.Protocol;

namespace K8sLb.Sidecar.Overload;

/// <summary>The <see cref="BreakerState"/> of this member's application. Swapped by reference; while all goes well it is only read.</summary>
public sealed class CircuitBreaker(TimeProvider clock)
{
    private readonly long origin = clock.GetTimestamp();
    private BreakerState state = BreakerState.New;
    private long openings;

    public BreakerState State => Volatile.Read(ref state);

    /// <summary>Since the process started.</summary>
    public long Openings => Interlocked.Read(ref openings);

    private TimeSpan Now => clock.GetElapsedTime(origin);

    /// <summary>Work that came now could go.</summary>
    public bool HasPlace
    {
        get
        {
            State.Enter(Now, out var mayGo);
            return mayGo;
        }
    }

    /// <param name="round">To be given with what becomes of the work.</param>
    public bool TryEnter(CircuitBreakerPolicy policy, out int round)
    {
        while (true)
        {
            var seen = State;
            round = seen.Round;
            if (seen.Phase == BreakerPhase.Closed)
            {
                return true;
            }
            var next = BreakerState.New;
            // A pool that does not ask for it any more has nothing open.
            var mayGo = policy.ConsecutiveFailures == 0;
            if (!mayGo)
            {
                next = seen.Enter(Now, out mayGo);
            }
            if (!mayGo)
            {
                return false;
            }
            if (TrySwap(seen, next))
            {
                round = next.Round;
                return true;
            }
        }
    }

    /// <returns>True where it opened with this.</returns>
    public bool NoteOutcome(CircuitBreakerPolicy policy, int round, bool success)
    {
        if (policy.ConsecutiveFailures == 0)
        {
            return false;
        }
        var rules = new BreakerRules(
            policy.ConsecutiveFailures,
            TimeSpan.FromMilliseconds(policy.OpenForMs),
            TimeSpan.FromMilliseconds(policy.MaxOpenForMs)
        );
        while (true)
        {
            var seen = State;
            if (success && seen is { Phase: BreakerPhase.Closed, Failures: 0 })
            {
                return false;
            }
            var next = seen.After(round, success, rules, Now);
            if (!TrySwap(seen, next))
            {
                continue;
            }
            var opens = next.Phase == BreakerPhase.Open && seen.Phase != BreakerPhase.Open;
            if (opens)
            {
                Interlocked.Increment(ref openings);
            }
            return opens;
        }
    }

    /// <summary>Work that entered is over, whatever became of it.</summary>
    public void NoteLeft(int round)
    {
        while (true)
        {
            var seen = State;
            if (seen.Phase != BreakerPhase.HalfOpen || TrySwap(seen, seen.Left(round)))
            {
                return;
            }
        }
    }

    private bool TrySwap(BreakerState seen, BreakerState next) =>
        ReferenceEquals(seen, next) || Interlocked.CompareExchange(ref state, next, seen) == seen;
}
