using FsCheck;
using FsCheck.Fluent;
using K8sLb.Sidecar.Overload;

namespace K8sLb.Sidecar.Tests.Overload;

/// <summary>The circuit breaker as a value, in virtual time.</summary>
public sealed class BreakerStateTests
{
    private static readonly BreakerRules Rules = new(3, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));

    [Fact]
    public void Failures_in_a_row_open_it_and_a_success_between_them_does_not_count()
    {
        var state = BreakerState.New;
        foreach (var success in new[] { false, false, true, false, false })
        {
            state = state.After(state.Round, success, Rules, At(1));
        }
        state.Phase.ShouldBe(BreakerPhase.Closed);

        state = state.After(state.Round, success: false, Rules, At(1));

        state.Phase.ShouldBe(BreakerPhase.Open);
        MayGo(state, At(5.9)).ShouldBeFalse();
    }

    [Fact]
    public void After_its_pause_one_probe_goes_at_a_time()
    {
        var state = Opened(At(1)).Enter(At(6), out var mayGo);

        mayGo.ShouldBeTrue();
        state.Phase.ShouldBe(BreakerPhase.HalfOpen);
        MayGo(state, At(6)).ShouldBeFalse("a probe is on its way");
        MayGo(state.Left(state.Round), At(6)).ShouldBeTrue("it ended and said nothing");
        MayGo(state, At(11)).ShouldBeTrue("it says nothing for as long as the pause was");
    }

    [Fact]
    public void A_probe_that_succeeds_closes_it()
    {
        var probing = Opened(At(1)).Enter(At(6), out _);

        probing.After(probing.Round, success: true, Rules, At(7)).Phase.ShouldBe(BreakerPhase.Closed);
    }

    [Fact]
    public void Each_failed_probe_doubles_the_pause_up_to_its_bound()
    {
        var state = Opened(At(0));
        var now = At(0);
        var pauses = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            pauses.Add(state.Pause.TotalSeconds);
            now += state.Pause;
            state = state.Enter(now, out _);
            state = state.After(state.Round, success: false, Rules, now);
        }

        pauses.ShouldBe([5, 10, 20, 30, 30]);
    }

    [Fact]
    public void Having_worked_for_longer_than_the_pause_makes_up_for_the_repeats()
    {
        var closed = Opened(At(0)).Enter(At(5), out _);
        closed = closed.After(closed.Round, success: true, Rules, At(5));

        Fail(closed, At(9)).Pause.ShouldBe(TimeSpan.FromSeconds(10), "it failed again at once");
        Fail(closed, At(11)).Pause.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void What_becomes_of_work_from_before_says_nothing_about_the_probe()
    {
        var closed = BreakerState.New;
        var probing = Opened(At(1)).Enter(At(6), out _);

        probing.After(closed.Round, success: true, Rules, At(6)).ShouldBe(probing);
        probing.After(closed.Round, success: false, Rules, At(6)).ShouldBe(probing);
        probing.Left(closed.Round).ShouldBe(probing);
    }

    [Fact]
    public void Whatever_happens_it_lets_work_through_again_within_its_longest_pause_and_never_two_probes_at_once() =>
        Prop.ForAll(
                Gen.Choose(0, 5).Select(kind => (Step)kind).ListOf().ToArbitrary(),
                Gen.Choose(0, 20).ListOf(200).ToArbitrary(),
                (steps, waits) => Holds([.. steps], [.. waits])
            )
            .QuickCheckThrowOnFailure();

    private enum Step
    {
        Enter,
        Succeed,
        Fail,
        FailOld,
        Leave,
        Wait,
    }

    private static bool Holds(Step[] steps, int[] waits)
    {
        var (state, now) = (BreakerState.New, TimeSpan.Zero);
        for (var i = 0; i < steps.Length; i++)
        {
            now += steps[i] == Step.Wait ? TimeSpan.FromSeconds(waits[i % waits.Length]) : TimeSpan.Zero;
            var before = state;
            state = steps[i] switch
            {
                Step.Enter => state.Enter(now, out _),
                Step.Succeed => state.After(state.Round, true, Rules, now),
                Step.Fail => state.After(state.Round, false, Rules, now),
                Step.FailOld => state.After(state.Round - 1, false, Rules, now),
                Step.Leave => state.Left(state.Round),
                _ => state,
            };
            var isNewProbe = state.Phase == BreakerPhase.HalfOpen && state.Round != before.Round;
            if (
                (isNewProbe && before.Phase == BreakerPhase.HalfOpen && now < before.Since + before.Pause)
                || state.Pause > Rules.MaxOpenFor
                || state.Failures >= Rules.ConsecutiveFailures
                || !MayGo(state, now + Rules.MaxOpenFor)
            )
            {
                return false;
            }
        }
        return true;
    }

    private static BreakerState Opened(TimeSpan at) => Fail(BreakerState.New, at);

    private static BreakerState Fail(BreakerState state, TimeSpan at)
    {
        for (var i = 0; i < Rules.ConsecutiveFailures; i++)
        {
            state = state.After(state.Round, success: false, Rules, at);
        }
        return state;
    }

    private static bool MayGo(BreakerState state, TimeSpan at)
    {
        state.Enter(at, out var mayGo);
        return mayGo;
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
