using FsCheck.Fluent;
using K8sLb.Core.Tests.Properties;

namespace K8sLb.Core.Tests.Rules;

/// <summary>Connections that are held unevenly.</summary>
public sealed class RebalancingTests
{
    private static readonly string[] Four = ["a", "b", "c", "d"];
    private static readonly string[] Eight = ["a", "b", "c", "d", "e", "f", "g", "h"];

    [Fact]
    public void After_scale_out_the_old_members_release_what_the_new_ones_are_to_have()
    {
        var scenario = Pool(Eight, name => Four.Contains(name) ? 500 : 0);

        scenario.Plan().Members.ShouldAllBe(m => m.Move == null, "it must last");
        scenario.Plan().WakeAt.ShouldBe(scenario.Now.AddSeconds(5));
        var plan = scenario.WaitInTouch(5).Plan();

        foreach (var name in Eight)
        {
            plan.Of(name).Move.ShouldBe(Four.Contains(name) ? new RebalanceMove(500, 250, 5) : null);
        }
        plan.Of("a").Why.ShouldBe("ready; of 500 connections 250 are to move");
        plan.Told("a").ShouldBe(["Rebalancing"]);
        plan.Told("e").ShouldBeEmpty();
    }

    [Fact]
    public void One_member_beyond_the_tolerance_gives_up_its_own_surplus_and_the_others_nothing()
    {
        var scenario = Pool(
            Eight,
            n =>
                n == "a" ? 135
                : n == "b" ? 81
                : 97
        );
        scenario.Plan();

        // 100 for each is even: 35 too many here, 19 too few there, and none at the others.
        var plan = scenario.WaitInTouch(5).Plan();

        plan.Of("a").Move!.HoldAtMost.ShouldBe(100);
        plan.Members.Count(m => m.Move is not null).ShouldBe(1);
    }

    [Fact]
    public void What_a_member_lacks_comes_from_the_fullest()
    {
        var scenario = Pool(
            ["a", "b", "c", "d", "e"],
            n =>
                n == "a" ? 60
                : n == "b" ? 114
                : n == "c" ? 112
                : 107
        );
        scenario.Plan();

        var plan = scenario.WaitInTouch(5).Plan();

        // 100 for each: 40 are lacking, and all that lies above is needed.
        plan.Members.Select(m => m.Move is { } move ? move.HoldAtMost : 0).ShouldBe([0, 100, 100, 100, 100]);
    }

    [Fact]
    public void A_round_keeps_to_what_was_decided_until_it_is_done()
    {
        var scenario = Pool(Four, name => name == "a" ? 100 : 0);
        scenario.Plan();
        scenario.WaitInTouch(5).Plan().Of("a").Move!.HoldAtMost.ShouldBe(25);

        Hold(scenario, "a", 60);
        var under = scenario.WaitInTouch(3).Plan();
        under.Of("a").Move!.HoldAtMost.ShouldBe(25, "those that left are on their way");
        under.Events.ShouldBeEmpty();
        Hold(scenario, "a", 25);
        foreach (var name in Four)
        {
            Hold(scenario, name, 25);
        }
        var done = scenario.WaitInTouch(3).Plan();
        done.Of("a").Move.ShouldBeNull();
        done.Rebalance.ShouldBeNull();
    }

    [Fact]
    public void A_pool_that_fills_up_is_left_alone_and_a_round_ends_where_many_have_come()
    {
        var scenario = Pool(Four, n => n == "a" ? 30 : 10);
        for (var seconds = 0; seconds < 20; seconds++)
        {
            scenario.WaitInTouch(1).Plan().Members.ShouldAllBe(m => m.Move == null);
            foreach (var (name, held) in Four.Select((n, i) => (n, (seconds + 2) * (i == 0 ? 30 : 10))))
            {
                Hold(scenario, name, held);
            }
        }

        scenario.Plan();
        scenario.WaitInTouch(5).Plan().Of("a").Move.ShouldNotBeNull();
        Hold(scenario, "b", 400);
        scenario.Plan().Of("a").Move.ShouldBeNull();
    }

    [Fact]
    public void Members_that_come_one_after_the_other_are_waited_for_however_long_it_was_uneven_before()
    {
        var scenario = Pool(Four, n => n == "a" ? 50 : 100);
        scenario.Plan();
        scenario.WaitInTouch(4);
        foreach (var name in (string[])["e", "f", "g"])
        {
            scenario.Pod(name, p => p with { Ready = true });
            Hold(scenario, name, 0);
            scenario.Plan().Members.ShouldAllBe(m => m.Move == null);
            scenario.WaitInTouch(2).Plan().Members.ShouldAllBe(m => m.Move == null);
        }

        var plan = scenario.WaitInTouch(3).Plan();

        plan.Members.Sum(m => m.Move is { } move ? move.Held - move.HoldAtMost : 0).ShouldBe(3 * 50);
    }

    [Fact]
    public void A_round_that_does_not_end_is_decided_anew()
    {
        var scenario = Pool(Four, name => name == "a" ? 100 : 0);
        scenario.Plan();
        scenario.WaitInTouch(5).Plan();
        Hold(scenario, "a", 40);
        Hold(scenario, "b", 60);

        scenario.WaitInTouch(59).Plan().Of("b").Move.ShouldBeNull();
        scenario.WaitInTouch(1).Plan();
        scenario.WaitInTouch(5).Plan().Of("b").Move!.HoldAtMost.ShouldBe(25);
    }

    [Theory]
    [InlineData(114)]
    [InlineData(86)]
    public void What_is_within_the_tolerance_stays(int held) => NothingMoves(Pool(Four, n => n == "a" ? held : 100));

    [Fact]
    public void Few_connections_are_uneven_by_chance() => NothingMoves(Pool(Four, n => n == "a" ? 2 : 1));

    [Fact]
    public void Shares_follow_the_weights_that_are_met_now()
    {
        var scenario = Pool(["a", "b"], _ => 50);
        Hold(scenario, "a", 50, weight: 10);
        scenario.Plan();

        scenario.WaitInTouch(5).Plan().Of("a").Move!.HoldAtMost.ShouldBe(10);
    }

    [Fact]
    public void Nothing_moves_while_a_member_drains_or_has_not_said_what_it_holds()
    {
        var drains = Pool(Four, n => n == "a" ? 100 : 0);
        NothingMoves(drains.Pod("b", p => p with { DrainRequested = true }));

        var unknown = Pool(Four, n => n == "a" ? 100 : 0);
        NothingMoves(unknown.Member("b", m => m with { Held = null }));
    }

    [Fact]
    public void Nothing_moves_where_nobody_asks_for_it_or_the_pool_is_paused()
    {
        var paused = Pool(Four, n => n == "a" ? 100 : 0);
        paused.Paused = true;
        NothingMoves(paused);
        NothingMoves(Pool(Four, n => n == "a" ? 100 : 0, asked: false));
    }

    [Fact]
    public void Connections_that_cannot_be_told_to_move_stay()
    {
        var scenario = Pool(Four, _ => 10);
        scenario.Member("a", m => m with { Held = new(100, 0, 100) });
        NothingMoves(scenario);
    }

    [Fact]
    public void No_more_move_than_must_whatever_is_held() =>
        Check.That(
            (
                from held in Gen.ArrayOf(
                    from connections in Gen.Choose(0, 500)
                    from weight in Gen.Choose(1, 200)
                    select (connections, weight)
                )
                where held.Length is > 1 and < 30
                select held
            ).ToArbitrary(),
            members =>
            {
                var names = members.Select((_, i) => $"pod-{i:00}").ToArray();
                var scenario = Pool(names, _ => 0);
                for (var i = 0; i < names.Length; i++)
                {
                    Hold(scenario, names[i], members[i].connections, members[i].weight);
                }
                scenario.Plan();
                var moves = scenario.WaitInTouch(5).Plan().Members.Select(m => m.Move).OfType<RebalanceMove>().ToList();
                var share = members.Sum(m => m.connections) / (double)members.Sum(m => m.weight);
                var least = members.Sum(m => Math.Max(0, m.connections - (share * m.weight)));
                moves.Sum(m => m.Held - m.HoldAtMost).ShouldBeLessThanOrEqualTo((int)Math.Ceiling(least));
                moves.Sum(m => m.ReleasesPerSecond).ShouldBeLessThanOrEqualTo(20.1);
                moves.ShouldAllBe(m => m.HoldAtMost < m.Held && m.HoldAtMost >= 0);
            }
        );

    private static void NothingMoves(Scenario scenario)
    {
        scenario.Plan();
        scenario.WaitInTouch(5).Plan().Members.ShouldAllBe(m => m.Move == null);
        scenario.WaitInTouch(5).Plan().Members.ShouldAllBe(m => m.Move == null);
    }

    private static Scenario Pool(string[] names, Func<string, int> held, bool asked = true)
    {
        var scenario = new Scenario
        {
            Rebalance = asked ? new() { MaxImbalancePercent = 15, MaxReleasesPerSecond = 20 } : null,
        };
        scenario.WithActive(names);
        foreach (var name in names)
        {
            Hold(scenario, name, held(name));
        }
        return scenario;
    }

    private static void Hold(Scenario scenario, string name, int held, double weight = 100) =>
        scenario.Member(name, m => m with { Held = new(held, held, weight) });
}
