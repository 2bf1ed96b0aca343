using FsCheck;
using FsCheck.Fluent;
using K8sLb.Sidecar.Draining;

namespace K8sLb.Sidecar.Tests;

public sealed class ReleasePaceTests
{
    /// <summary>Farther than the slowest schedule: 5,000 connections at one a second, in rounds that come every three.</summary>
    private static readonly TimeSpan Far = TimeSpan.FromHours(1_000);

    /// <summary>Connections, connections a second, and the milliseconds between rounds, over and over.</summary>
    private static Arbitrary<(int Count, int Rate, int[] Rounds)> Schedules(int longestRoundMs) =>
        (
            from count in Gen.Choose(1, 5_000)
            from rate in Gen.Choose(1, 2_000)
            from rounds in Gen.Choose(1, longestRoundMs).NonEmptyListOf()
            select (count, rate, rounds.ToArray())
        ).ToArbitrary();

    [Fact]
    public void No_second_sees_more_than_a_tenth_above_the_rate() =>
        Check.QuickThrowOnFailure(
            Prop.ForAll(
                Schedules(longestRoundMs: 3_000),
                schedule =>
                {
                    var taken = Run(schedule.Count, schedule.Rate, schedule.Rounds, Far);
                    return taken.All(first =>
                        taken.Where(t => t.AtMs >= first.AtMs && t.AtMs < first.AtMs + 1_000).Sum(t => t.Taken)
                        <= Math.Max(1, schedule.Rate * 0.1) + schedule.Rate + 1
                    );
                }
            )
        );

    [Fact]
    public void The_end_comes_within_a_tenth_of_count_by_rate() =>
        Check.QuickThrowOnFailure(
            Prop.ForAll(
                Schedules(longestRoundMs: 90),
                schedule =>
                {
                    var end = Run(schedule.Count, schedule.Rate, schedule.Rounds, Far)[^1].AtMs;
                    var fair = 1_000.0 * schedule.Count / schedule.Rate;
                    return end <= (fair * 1.1) + 200 && end >= (fair * 0.9) - 200;
                }
            )
        );

    [Fact]
    public void The_deadline_is_kept_whatever_the_rate() =>
        Check.QuickThrowOnFailure(
            Prop.ForAll(
                Schedules(longestRoundMs: 90),
                Gen.Choose(500, 20_000).ToArbitrary(),
                (schedule, leftMs) =>
                    Run(schedule.Count, schedule.Rate, schedule.Rounds, TimeSpan.FromMilliseconds(leftMs))[^1].AtMs
                    <= leftMs
            )
        );

    [Fact]
    public void It_says_so_when_the_rate_was_not_enough()
    {
        ReleasePace enough = default;
        enough.Take(10, perSecond: 10, TimeSpan.FromMilliseconds(50), left: TimeSpan.FromSeconds(1));
        enough.IsRaised.ShouldBeFalse();

        ReleasePace tooSlow = default;
        tooSlow.Take(100, perSecond: 10, TimeSpan.FromMilliseconds(50), left: TimeSpan.FromSeconds(1));
        tooSlow.IsRaised.ShouldBeTrue();
    }

    [Fact]
    public void Time_without_connections_saves_nothing_up()
    {
        ReleasePace pace = default;
        pace.Take(0, perSecond: 100, TimeSpan.FromMinutes(1), Far);

        pace.Take(1_000, perSecond: 100, TimeSpan.FromMilliseconds(10), Far).ShouldBe(1);
    }

    private static List<(int AtMs, int Taken)> Run(int count, int rate, int[] rounds, TimeSpan until)
    {
        var taken = new List<(int AtMs, int Taken)>();
        ReleasePace pace = default;
        for (int round = 0, at = 0; count > 0; round++)
        {
            var elapsed = rounds[round % rounds.Length];
            at += elapsed;
            var now = pace.Take(count, rate, TimeSpan.FromMilliseconds(elapsed), until - TimeSpan.FromMilliseconds(at));
            count -= now;
            if (now > 0)
            {
                taken.Add((at, now));
            }
        }
        return taken;
    }
}
