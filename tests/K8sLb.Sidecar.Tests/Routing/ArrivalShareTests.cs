using FsCheck;
using FsCheck.Fluent;
using K8sLb.Protocol;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Routing;

/// <summary>What members keep and pass on, where work does not arrive evenly.</summary>
public sealed class ArrivalShareTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Fact]
    public void Whatever_arrives_where_work_ends_up_by_weight_and_no_more_moves_than_must()
    {
        var member =
            from weight in Gen.Choose(0, 200)
            from arrivals in Gen.Choose(0, 500)
            select (Weight: weight, Arrivals: (double)arrivals);
        var pools = Gen.ArrayOf(member)
            .Where(p => p.Length > 1 && p.Sum(m => m.Weight) > 0 && p.Sum(m => m.Arrivals) >= 1);

        Prop.ForAll(Arb.From(pools), Check).Check(Runs);
    }

    [Theory]
    [InlineData(100, 104)]
    [InlineData(10, 13)]
    [InlineData(0.5, 1)]
    public void Arrivals_that_differ_by_chance_or_by_little_are_taken_to_be_even(double few, double many)
    {
        var pool = Pool((100, few), (100, many), (100, many));

        for (var self = 0; self < 3; self++)
        {
            Plan(pool, self).Local.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData(1000, 1200)]
    [InlineData(10, 20)]
    public void Arrivals_that_differ_by_more_than_chance_are_put_right(double few, double many)
    {
        var shares = Plan(Pool((100, few), (100, many)), 1);

        (many * shares.Local).ShouldBe((few + many) / 2, 1e-9);
    }

    [Theory]
    [InlineData(30, 10, 1.0 / 3)]
    [InlineData(20, 20, 0)]
    [InlineData(10, 30, 0)]
    public void A_member_passes_on_what_is_more_than_its_share(double here, double there, double passed)
    {
        var shares = Plan(Pool((100, here), (100, there)), 0);

        (1 - shares.Local).ShouldBe(passed, 1e-9);
    }

    [Theory]
    [InlineData(null, 5.0)]
    [InlineData(5.0, null)]
    [InlineData(0.1, 0.2)]
    public void Until_enough_is_known_of_all_arrivals_are_taken_to_be_even(double? here, double? there)
    {
        var pool = Pool((100, 0), (50, 0)).State;
        var loads = new Dictionary<string, MemberLoad>
        {
            ["m0"] = new() { Uid = "m0", ArrivalsPerSecond = there },
        };

        RoutingPlanner.Plan(pool, new("m1", ArrivalsPerSecond: here), loads, Now).Local.ShouldBe(2.0 / 3, 1e-9);
    }

    [Fact]
    public void What_still_arrives_at_a_member_that_drains_counts_for_those_that_get_it()
    {
        var (pool, loads) = Pool((100, 10), (100, 10), (0, 10));
        pool = pool with
        {
            Members =
            [
                pool.Members[0],
                pool.Members[1],
                pool.Members[2] with
                {
                    Availability = MemberAvailability.Unavailable,
                },
            ],
        };

        // Half of 30 is the share of each; 10 arrive, and the draining one passes 5 to each.
        Plan((pool, loads), 0).Local.ShouldBe(1);
        var drained = RoutingPlanner.Plan(pool, new("m2", 100, 0, 10), loads, Now);
        drained.Local.ShouldBe(0, 1e-9);
        drained.Peers.ShouldAllBe(p => Math.Abs(p.Share - 0.5) < 1e-9);
    }

    private static void Check((int Weight, double Arrivals)[] members)
    {
        var pool = Pool(members);
        var total = members.Sum(m => m.Arrivals);
        var even = total / members.Length;
        if (members.All(m => Math.Abs(m.Arrivals - even) < Math.Max(even / 10, Math.Sqrt(even))))
        {
            // They may be taken to be even, by chance or nearly so: then they are moved as if they were.
            return;
        }
        var weights = (double)members.Sum(m => m.Weight);
        var served = new double[members.Length];
        var moved = 0.0;
        for (var self = 0; self < members.Length; self++)
        {
            var shares = Plan(pool, self);
            served[self] += members[self].Arrivals * shares.Local;
            foreach (var peer in shares.Peers)
            {
                served[int.Parse(peer.Member.Uid.AsSpan(1))] += members[self].Arrivals * peer.Share;
                moved += members[self].Arrivals * peer.Share;
            }
        }
        var least = members.Sum(m => Math.Max(0, m.Arrivals - (total * m.Weight / weights)));
        for (var i = 0; i < members.Length; i++)
        {
            served[i].ShouldBe(total * members[i].Weight / weights, 1e-6 * total);
        }
        moved.ShouldBe(least, 1e-6 * total);
    }

    private static RoutingShares Plan((PoolState State, Dictionary<string, MemberLoad> Loads) pool, int self) =>
        RoutingPlanner.Plan(
            pool.State,
            new($"m{self}", ArrivalsPerSecond: pool.Loads[$"m{self}"].ArrivalsPerSecond),
            pool.Loads,
            Now
        );

    private static (PoolState State, Dictionary<string, MemberLoad> Loads) Pool(
        params (int Weight, double Arrivals)[] members
    ) =>
        (
            TestSnapshots.For("m0", 1, [.. members.Select((m, i) => TestSnapshots.Member($"m{i}", m.Weight))]).Pool,
            members
                .Select((m, i) => new MemberLoad { Uid = $"m{i}", ArrivalsPerSecond = m.Arrivals })
                .ToDictionary(m => m.Uid)
        );
}
