using System.Collections.Immutable;
using K8sLb.Core.Balancing;

namespace K8sLb.Core.Tests.Balancing;

public sealed class ReportedWeightsTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly double[] OneIsSlow = [50, 100, 100, 100, 100, 100, 100, 100];
    private static readonly double[] Alike = [100, 100, 100, 100, 100, 100, 100, 100];

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void Weights_come_to_rest_although_reports_are_late(int secondsLate)
    {
        // Three quarters of what they can do; spread evenly the slow one would be beyond its limit.
        var loop = new LatencyLoop(OneIsSlow, qps: 560, secondsLate);

        loop.Run(900);

        var last = loop.History[^300..];
        for (var member = 0; member < OneIsSlow.Length; member++)
        {
            (last.Max(f => f[member]) / last.Min(f => f[member])).ShouldBeLessThan(1.03, $"m{member} swings");
        }
        loop.Factors[0].ShouldBeInRange(0.3, 0.8);
        loop.Latency(0).ShouldBeLessThan(0.2, "it was without end");
    }

    [Fact]
    public void Members_that_are_alike_keep_their_weights()
    {
        var loop = new LatencyLoop(Alike, qps: 600, stepsLate: 3);

        loop.Run(300);

        loop.Factors.ShouldAllBe(f => Math.Abs(f - 1) < 1e-6);
    }

    [Fact]
    public void A_member_that_fails_quickly_gets_no_more_for_it()
    {
        var loop = new LatencyLoop(Alike, qps: 400, stepsLate: 2) { ErrorRatio = [0.5, 0, 0, 0, 0, 0, 0, 0] };

        loop.Run(300);

        loop.Factors[0].ShouldBeLessThan(0.95);
    }

    [Fact]
    public void A_new_member_is_left_alone_until_its_figures_have_settled()
    {
        var known = Pool(0, Figures("old"), Figures("new"));
        known = Next(known, 5, Figures("old", (100, 10)), Figures("new", (100, 90)));
        known = Next(known, 10, Figures("old", (200, 10)), Figures("new", (200, 90)));
        known.Values.ShouldAllBe(l => l.Factor == 1);

        known = Next(known, 15, Figures("old", (300, 10)), Figures("new", (300, 90)));

        known["new"].Factor.ShouldBeLessThan(1);
        known["old"].Factor.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Nothing_is_measured_before_a_period_is_over_or_from_too_few_answers()
    {
        var settled = Settled();

        Next(settled, 19, Figures("a", (900, 10)), Figures("b", (300, 10), (600, 90)))["b"].Factor.ShouldBe(1);
        Next(settled, 20, Figures("a", (309, 10)), Figures("b", (300, 10), (9, 90)))["b"].Factor.ShouldBe(1);
        Next(settled, 20, Figures("a", (400, 10)), Figures("b", (300, 10), (100, 90)))["b"].Factor.ShouldBeLessThan(1);
    }

    [Fact]
    public void A_sidecar_that_was_restarted_begins_anew()
    {
        var moved = Next(Settled(), 20, Figures("a", (400, 10)), Figures("b", (300, 10), (100, 90)));

        var restarted = Next(moved, 25, Figures("a", (500, 10)), Figures("b", (3, 10)));

        restarted["b"].Factor.ShouldBe(1);
        restarted["b"].KnownSince.ShouldBe(Now.AddSeconds(25));
        restarted["a"].Factor.ShouldBe(moved["a"].Factor);
    }

    [Fact]
    public void A_member_that_is_silent_for_three_minutes_is_forgotten()
    {
        var known = Next(Settled(), 20, Figures("a", (400, 10)));

        Next(known, 190, Figures("a", (500, 10))).Keys.ShouldBe(["a", "b"], ignoreOrder: true);
        Next(known, 196, Figures("a", (500, 10))).Keys.ShouldBe(["a"]);
    }

    [Fact]
    public void One_step_goes_a_small_part_of_the_way()
    {
        var moved = Next(Settled(), 20, Figures("a", (400, 10)), Figures("b", (300, 10), (100, 100_000)));

        // Two members: the slow one, which takes nearly all of the time, is to come to half of its weight.
        moved["b"].Factor.ShouldBe(Math.Pow(0.5, 0.15), 0.001);
    }

    /// <summary>Two members, alike until 15 s.</summary>
    private static ImmutableDictionary<string, ReportedLoad> Settled()
    {
        var known = Pool(0, Figures("a"), Figures("b"));
        for (var i = 1; i <= 3; i++)
        {
            known = Next(known, i * 5, Figures("a", (i * 100, 10)), Figures("b", (i * 100, 10)));
        }
        return known;
    }

    private static ImmutableDictionary<string, ReportedLoad> Pool(int second, params LoadFigures[] heard) =>
        Next(ImmutableDictionary<string, ReportedLoad>.Empty, second, heard);

    private static ImmutableDictionary<string, ReportedLoad> Next(
        ImmutableDictionary<string, ReportedLoad> known,
        int second,
        params LoadFigures[] heard
    ) => ReportedWeights.Next(known, heard, Now.AddSeconds(second));

    private static LoadFigures Figures(string uid, params (int Count, double Ms)[] answers)
    {
        var count = answers.Sum(a => a.Count);
        return new(uid, count, 0, count, answers.Sum(a => a.Count * Math.Log(a.Ms)));
    }
}
