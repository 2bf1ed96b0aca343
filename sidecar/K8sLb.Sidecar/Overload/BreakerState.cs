namespace K8sLb.Sidecar.Overload;

/// <summary>
/// A circuit breaker as a value: what it is after each thing that happens to it. Closed lets work through; a number of failures in a
/// row opens it, for a pause that grows with repeats; then it is half open, and one piece of work at a time probes the application.
/// </summary>
/// <remarks>
/// Work belongs to the round in which it entered. What becomes of it counts in that round alone: failures of work from before the
/// breaker opened say nothing about the probe.
/// </remarks>
public sealed record BreakerState
{
    public static readonly BreakerState New = new();

    private const int MostDoublings = 20;

    public BreakerPhase Phase { get; private init; }
    public int Round { get; private init; }

    /// <summary>In a row, while it is closed.</summary>
    public int Failures { get; private init; }

    /// <summary>Openings that followed each other.</summary>
    public int Repeats { get; private init; }

    /// <summary>Of the last opening.</summary>
    public TimeSpan Pause { get; private init; }

    /// <summary>When the phase was entered. Times are those of any clock that only goes forward.</summary>
    public TimeSpan Since { get; private init; }

    /// <summary>A piece of work asks to go to the application.</summary>
    public BreakerState Enter(TimeSpan now, out bool mayGo)
    {
        // A probe that brings neither answer nor error must not keep all others out for ever.
        mayGo = Phase == BreakerPhase.Closed || now >= Since + Pause;
        return mayGo && Phase != BreakerPhase.Closed
            ? this with
            {
                Phase = BreakerPhase.HalfOpen,
                Round = Round + 1,
                Since = now,
            }
            : this;
    }

    /// <summary>Work that entered in <paramref name="round"/> succeeded or failed.</summary>
    public BreakerState After(int round, bool success, in BreakerRules rules, TimeSpan now) =>
        round != Round
            ? this
            : (Phase, success) switch
            {
                (BreakerPhase.Closed, true) => Failures == 0 ? this : this with { Failures = 0 },
                (BreakerPhase.Closed, false) when Failures + 1 < rules.ConsecutiveFailures => this with
                {
                    Failures = Failures + 1,
                },
                (BreakerPhase.Closed, false) => Opened(now - Since < Pause ? Repeats + 1 : 1, rules, now),
                (BreakerPhase.HalfOpen, true) => this with
                {
                    Phase = BreakerPhase.Closed,
                    Round = Round + 1,
                    Failures = 0,
                    Since = now,
                },
                (BreakerPhase.HalfOpen, false) => Opened(Repeats + 1, rules, now),
                _ => this,
            };

    /// <summary>Work that entered in <paramref name="round"/> is over. Where it was a probe that said nothing, another one may go.</summary>
    public BreakerState Left(int round) =>
        Phase == BreakerPhase.HalfOpen && round == Round
            ? this with
            {
                Phase = BreakerPhase.Open,
                Round = Round + 1,
                Since = Since - Pause,
            }
            : this;

    private BreakerState Opened(int repeats, in BreakerRules rules, TimeSpan now) =>
        this with
        {
            Phase = BreakerPhase.Open,
            Round = Round + 1,
            Failures = 0,
            Repeats = repeats,
            Pause = PauseOf(repeats, rules),
            Since = now,
        };

    private static TimeSpan PauseOf(int repeats, in BreakerRules rules)
    {
        var pause = rules.OpenFor * Math.Pow(2, Math.Min(repeats - 1, MostDoublings));
        return pause < rules.MaxOpenFor ? pause : rules.MaxOpenFor;
    }
}

public enum BreakerPhase
{
    Closed,
    Open,
    HalfOpen,
}

public readonly record struct BreakerRules(int ConsecutiveFailures, TimeSpan OpenFor, TimeSpan MaxOpenFor);
