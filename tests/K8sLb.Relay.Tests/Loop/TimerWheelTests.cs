using K8sLb.Sidecar.Relay.Loop;

namespace K8sLb.Relay.Tests.Loop;

public sealed class TimerWheelTests
{
    private readonly TimerWheel wheel = new(1_000_000);
    private readonly List<string> fired = [];
    private long now = 1_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(500)]
    [InlineData(16_384)]
    [InlineData(100_000)]
    public void A_timer_is_never_early_and_at_most_a_tick_late(int delay)
    {
        Set("a", delay);
        var due = now + delay;
        while (fired.Count == 0)
        {
            now++;
            wheel.Advance(now);
            (now - due).ShouldBeLessThanOrEqualTo(TimerWheel.TickMs);
        }
        now.ShouldBeGreaterThanOrEqualTo(due);
    }

    [Fact]
    public void The_wait_ends_when_there_is_something_to_do()
    {
        wheel.WaitMs(now).ShouldBe(-1);
        Set("a", 300);
        now += wheel.WaitMs(now);
        wheel.Advance(now);
        fired.ShouldBe(["a"]);
        wheel.WaitMs(now).ShouldBe(-1);
    }

    [Fact]
    public void A_cleared_timer_does_not_fire_and_a_moved_one_fires_once()
    {
        var cleared = Set("cleared", 100);
        var moved = Set("moved", 100);
        Set("left", 100);
        wheel.Clear(cleared);
        wheel.Clear(cleared);
        wheel.Set(moved, now, 5_000);
        AdvanceBy(1_000);
        fired.ShouldBe(["left"]);
        AdvanceBy(10_000);
        fired.ShouldBe(["left", "moved"]);
    }

    [Fact]
    public void A_timer_may_set_itself_and_others_while_it_fires()
    {
        LoopTimer? self = null;
        var rounds = 0;
        self = new LoopTimer(
            new Callback(_ =>
            {
                if (++rounds < 3)
                {
                    wheel.Set(self!, now, 1);
                    Set("other", 1);
                }
            })
        );
        wheel.Set(self, now, 1);
        AdvanceBy(1_000);
        rounds.ShouldBe(3);
        fired.ShouldBe(["other", "other"]);
    }

    [Fact]
    public void After_a_long_sleep_everything_due_fires()
    {
        for (var delay = 1; delay < 60_000; delay += 997)
        {
            Set($"{delay}", delay);
        }
        now += 3_600_000;
        wheel.Advance(now);
        fired.Count.ShouldBe(61);
    }

    private LoopTimer Set(string name, long delay)
    {
        var timer = new LoopTimer(new Callback(_ => fired.Add(name)));
        wheel.Set(timer, now, delay);
        return timer;
    }

    private void AdvanceBy(long time)
    {
        for (var end = now + time; now < end; now += 10)
        {
            wheel.Advance(now);
        }
    }
}
