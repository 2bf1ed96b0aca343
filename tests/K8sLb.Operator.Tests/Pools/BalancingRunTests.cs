using K8sLb.Operator.Api;
using K8sLb.Protocol;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Pools;

/// <summary>What a pool's operator makes of what its members hold and ask for.</summary>
public sealed class BalancingRunTests
{
    [Fact]
    public async Task Members_that_hold_too_much_are_told_so_and_people_see_why()
    {
        await using var bench = Bench(s => s.LoadBalancing = new() { Rebalance = new() { MaxReleasesPerSecond = 30 } });
        Report(bench, "a", Holding(90));
        Report(bench, "b", Holding(30));
        Report(bench, "c", Holding(0));
        bench.Run.Reconcile().ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(5));
        bench.Self("a").Rebalance.ShouldBeNull();
        bench.Time.Advance(TimeSpan.FromSeconds(5));

        bench.Run.Reconcile();

        bench.Published!.Policy.Rebalance.ShouldBe(new() { MaxImbalancePercent = 15, MaxReleasesPerSecond = 30 });
        bench.Self("a").Rebalance.ShouldBe(new() { HoldAtMost = 40, ReleasesPerSecond = 30 });
        bench.Self("b").Rebalance.ShouldBeNull();
        bench.Events.All.ShouldContain("BackendPool/shop: Rebalancing: a: ready; of 90 connections 50 are to move");
    }

    [Theory]
    [InlineData(null, 50)]
    [InlineData("Agent", 50)]
    [InlineData("None", 100)]
    public async Task An_agents_percentage_counts_where_the_pool_takes_its_weights_from_it(string? source, int weight)
    {
        await using var bench = Bench(s =>
        {
            s.AgentCheck = new() { Port = 9707 };
            s.LoadBalancing = new() { LoadSource = source };
        });
        Report(bench, "a", Holding(0) with { Agent = new() { WeightPercent = 50 } });

        bench.Run.Reconcile();

        bench.Published!.Members.Single(m => m.Name == "a").Weight.ShouldBe(weight);
    }

    [Fact]
    public async Task A_member_that_its_peers_cannot_reach_gets_no_new_work_and_people_see_why()
    {
        await using var bench = Bench(s => s.OutlierDetection = new());
        foreach (var peer in (string[])["b", "c"])
        {
            Report(
                bench,
                peer,
                Holding(0) with
                {
                    PeerFindings = [Unreachable(bench.Sessions["a"].State.Hello.PodUid)],
                }
            );
        }

        bench.Run.Reconcile();

        bench.Published!.Members.Single(m => m.Name == "a").Availability.ShouldBe(MemberAvailability.Unavailable);
        bench
            .Events.All.Single(e => e.Contains("Ejected", StringComparison.Ordinal))
            .ShouldContain("as its peers see it, b: 5 failures in a row; c: 5 failures in a row");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task A_time_that_cannot_be_stops_nothing(long agoMs)
    {
        await using var bench = Bench(s => s.OutlierDetection = new());
        Report(bench, "b", Holding(0) with { PeerFindings = [Unreachable("uid") with { AgoMs = agoMs }] });

        bench.Run.Reconcile();

        bench.Published!.Members.ShouldAllBe(m => m.Availability == MemberAvailability.Available);
    }

    [Theory]
    [InlineData("Connections", 1)]
    [InlineData("None", 0)]
    public async Task The_cost_of_deletion_is_written_where_the_pool_asks_for_it(string cost, int writes)
    {
        await using var bench = Bench(s => s.ScaleIn = new() { DeletionCost = cost });
        Report(bench, "a", Holding(70));
        bench.Run.Reconcile();

        for (var second = 0; second < 40; second++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
        }
        await Eventually.IsTrue(() => bench.Costs.Count >= writes, "it is written");

        bench.Costs.Select(c => (c.Name, c.Connections)).Distinct().Count().ShouldBe(writes);
    }

    private static MemberReport Holding(int connections) =>
        new()
        {
            EffectiveWeight = 100,
            Connections = new ConnectionCounts { WebSocket = connections },
            Totals = new ConnectionTotals(),
            Held = new() { Connections = connections, Movable = connections },
        };

    private static PeerFinding Unreachable(string uid) =>
        new()
        {
            Uid = uid,
            FailuresInARow = 5,
            AgoMs = 200,
        };

    private static void Report(PoolBench bench, string pod, MemberReport report) =>
        bench.Sessions[pod].OnReport(report, bench.Time.GetUtcNow());

    private static PoolBench Bench(Action<BackendPoolSpec> change)
    {
        var pool = Sample.Pool("shop");
        change(pool.Spec!);
        var bench = new PoolBench(pool);
        bench.Set(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c"));
        bench.AttachAll("a", "b", "c");
        return bench;
    }
}
