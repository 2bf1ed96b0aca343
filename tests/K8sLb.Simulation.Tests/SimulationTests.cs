using FsCheck;
using FsCheck.Fluent;
using K8sLb.Protocol;

namespace K8sLb.Simulation.Tests;

/// <summary>The planner and the routing together, over minutes of virtual time.</summary>
public sealed class SimulationTests
{
    private const double MostImbalance = 1.15;

    [Fact]
    public void A_pool_that_doubles_is_even_within_a_minute_and_moves_no_more_than_must()
    {
        const int Connections = 5_000;
        var options = new SimulationOptions
        {
            Members = 100,
            Connections = Connections,
            MaxImbalancePercent = 10,
            MaxReleasesPerSecond = 200,
        };

        var simulation = Scenarios.ScaleOut(options, from: 50, until: Scenarios.Begin + 90);

        simulation.History.First(l => l.At >= Scenarios.Begin + 3).Imbalance.ShouldBeGreaterThan(1.9);
        simulation.History.Where(l => l.At >= Scenarios.Begin + 60).ShouldAllBe(l => l.Imbalance <= MostImbalance);
        // Without those that put right how the clients came in the first place.
        simulation.MovesSince(Scenarios.Begin).ShouldBeLessThanOrEqualTo((int)(Connections / 2 * 1.1));
        simulation.Lost.ShouldBe(0);
    }

    [Fact]
    public void Whatever_is_added_and_however_late_reports_come_it_ends_up_even_with_few_moves()
    {
        var pools =
            from members in Gen.Choose(3, 40)
            from before in Gen.Choose(1, members - 1)
            from each in Gen.Choose(20, 80)
            from delay in Gen.Choose(0, 3)
            from loss in Gen.Choose(0, 3)
            from seed in Gen.Choose(1, 1_000_000)
            select (members, before, each, delay, loss, seed);

        Prop.ForAll(Arb.From(pools), p => EndsUpEven(p.members, p.before, p.each, p.delay, p.loss, p.seed))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    [Theory]
    [InlineData(16, 15, 71, 3, 2, 737330)]
    [InlineData(18, 16, 44, 3, 3, 393856)]
    [InlineData(18, 13, 77, 3, 3, 912244)]
    [InlineData(31, 29, 57, 3, 3, 463562)]
    public void Uneven_before_and_added_to_it_ends_up_even_with_few_moves(
        int members,
        int before,
        int each,
        int delay,
        int loss,
        int seed
    ) => EndsUpEven(members, before, each, delay, loss, seed);

    private static void EndsUpEven(int members, int before, int each, int delay, int loss, int seed)
    {
        var connections = members * each;
        var options = new SimulationOptions
        {
            Seed = seed,
            Members = members,
            Connections = connections,
            MaxImbalancePercent = 10,
            MaxReleasesPerSecond = connections / 20,
            LongestDelay = delay,
            Loss = loss / 10.0,
        };

        var simulation = Scenarios.ScaleOut(options, before, until: Scenarios.Begin + 150);

        simulation.History[^1].Held.Max().ShouldBeLessThanOrEqualTo((int)Math.Ceiling((each * MostImbalance) + 2));
        var least = each * (members - before);
        simulation.MovesSince(Scenarios.Begin).ShouldBeLessThanOrEqualTo((int)Math.Ceiling((least * 1.1) + members));
        simulation.Lost.ShouldBe(0);
    }

    [Fact]
    public void A_pool_that_nothing_happens_to_is_left_alone()
    {
        var simulation = Scenarios.ScaleOut(
            new()
            {
                Members = 50,
                Connections = 3_000,
                MaxImbalancePercent = 15,
                LongestDelay = 3,
                Loss = 0.1,
            },
            from: 50,
            until: 200
        );

        // What chance has placed unevenly while all came at once is put right once, early, and nothing after that.
        simulation.Moves.ShouldBeLessThan(3_000 / 10);
        simulation.History[^1].Moves.ShouldBe(simulation.History.First(l => l.At >= 100).Moves);
    }

    [Fact]
    public void After_crashes_and_flapping_the_pool_comes_to_rest_even()
    {
        var options = new SimulationOptions
        {
            Seed = 7,
            Members = 50,
            Connections = 3_000,
            MaxImbalancePercent = 10,
            MaxReleasesPerSecond = 100,
            LongestDelay = 3,
            Loss = 0.1,
        };

        var simulation = Scenarios.Trouble(options, lasting: 90, until: 300);

        simulation.History[^1].Imbalance.ShouldBeLessThanOrEqualTo(MostImbalance);
        simulation.History[^1].Moves.ShouldBe(simulation.History.First(l => l.At >= 250).Moves, "it has come to rest");
    }

    [Fact]
    public void Readiness_that_comes_and_goes_loses_nothing()
    {
        var options = new SimulationOptions
        {
            Seed = 3,
            Members = 30,
            RequestsPerSecond = 300,
            Connections = 300,
            MaxImbalancePercent = 10,
            LongestDelay = 2,
            Loss = 0.2,
        };

        var simulation = Scenarios.Trouble(options, lasting: 60, until: 150, crashes: false);

        simulation.Lost.ShouldBe(0);
        simulation.Served.ShouldBeGreaterThan(30_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_slow_member_gets_less_and_weights_do_not_swing(int seed)
    {
        var weighed = Scenarios.SlowMember(seed, weighsByReports: true, BalancingKind.WeightedRoundRobin, until: 600);
        var plain = Scenarios.SlowMember(seed, weighsByReports: false, BalancingKind.WeightedRoundRobin, until: 600);

        double UnderWay(PoolSimulation simulation) => simulation.History[^200..].Average(l => l.InFlight[0]);
        UnderWay(weighed).ShouldBeLessThan(UnderWay(plain) * 0.7);
        var factors = weighed.History[^200..];
        factors.Average(l => l.Factors[0]).ShouldBeLessThan(0.7);
        for (var member = 0; member < 8; member++)
        {
            // Heavy-tailed times shake what is measured; a swing would be far more.
            (factors.Max(l => l.Factors[member]) / factors.Min(l => l.Factors[member])).ShouldBeLessThan(1.6);
        }
    }

    [Fact]
    public void Comparing_loads_keeps_queues_shorter_than_turns_do()
    {
        var turns = Scenarios.SlowMember(1, weighsByReports: false, BalancingKind.WeightedRoundRobin, until: 200);
        var compared = Scenarios.SlowMember(1, weighsByReports: false, BalancingKind.LeastRequest, until: 200);

        double Longest(PoolSimulation simulation) => simulation.History[50..].Average(l => l.InFlight.Max());
        Longest(compared).ShouldBeLessThan(Longest(turns));
    }
}
