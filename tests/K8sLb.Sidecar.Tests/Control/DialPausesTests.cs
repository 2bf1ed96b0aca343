using K8sLb.Protocol;
using K8sLb.Sidecar.Control;

namespace K8sLb.Sidecar.Tests.Control;

public sealed class DialPausesTests
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    [Fact]
    public void Pauses_grow_up_to_the_longest_and_are_spread_over_all_of_it()
    {
        var pauses = new DialPauses(Shortest, Longest, new Random(1));
        pauses.Next(null).ShouldBeInRange(Shortest, Shortest * 2);
        var later = Enumerable.Range(0, 1_000).Select(_ => pauses.Next(null)).ToArray();

        later.ShouldAllBe(p => p >= Shortest && p <= Longest);
        foreach (var fifth in Enumerable.Range(0, 5))
        {
            var within = later.Skip(10).Count(p => p >= Longest * fifth / 5 && p <= Longest * (fifth + 1) / 5);
            within.ShouldBeGreaterThan(100, "nobody's redials come together");
        }
        pauses.Reset();
        pauses.Next(null).ShouldBeLessThanOrEqualTo(Shortest * 2);
    }

    [Fact]
    public void Nobody_comes_sooner_than_it_was_asked_to_nor_much_later()
    {
        var pauses = new DialPauses(Shortest, Longest, new Random(1));
        for (var i = 0; i < 1_000; i++)
        {
            var asked = TimeSpan.FromMilliseconds(6_000 + i);
            pauses
                .Next(new Refusal { Reason = "not now", RetryAfterMs = 6_000 + i })
                .ShouldBeInRange(asked, asked * 1.25);
        }
    }

    [Fact]
    public void An_operator_that_asks_for_for_ever_is_asked_again_in_a_minute_or_so()
    {
        var pauses = new DialPauses(Shortest, Longest, new Random(1));
        pauses
            .Next(new Refusal { Reason = "never", RetryAfterMs = int.MaxValue })
            .ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(75));
        pauses.Next(new Refusal { Reason = "now", RetryAfterMs = -1 }).ShouldBeLessThanOrEqualTo(Longest);
    }
}
