using K8sLb.Protocol;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Routing;

public sealed class RoutingTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Equal_weights_keep_everything_where_it_arrives()
    {
        foreach (var self in new[] { "a", "b", "c" })
        {
            Plan(Pool(("a", 100), ("b", 100), ("c", 100)), self).Local.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(100, 100, 10)]
    [InlineData(0, 1, 1)]
    [InlineData(1, 50, 1000)]
    [InlineData(5, 0, 0)]
    public void Where_arrivals_are_even_work_ends_up_by_weight(int a, int b, int c)
    {
        var pool = Pool(("a", a), ("b", b), ("c", c));
        var share = new Dictionary<string, double>
        {
            ["a"] = 0,
            ["b"] = 0,
            ["c"] = 0,
        };

        foreach (var self in share.Keys.ToList())
        {
            var plan = Plan(pool, self);
            share[self] += plan.Local / 3;
            foreach (var peer in plan.Peers)
            {
                share[peer.Member.Uid] += peer.Share / 3;
            }
        }

        var sum = (double)(a + b + c);
        share["a"].ShouldBe(a / sum, 1e-9);
        share["b"].ShouldBe(b / sum, 1e-9);
        share["c"].ShouldBe(c / sum, 1e-9);
    }

    [Fact]
    public void Picks_follow_the_weights()
    {
        // A test of chi-square with 3 degrees of freedom; 16.27 is passed by chance once in a thousand seeds, this is one.
        var weights = new[] { 10, 20, 30, 40 };
        var pool = Pool([.. weights.Select((w, i) => ($"m{i}", w))]);
        var random = new Random(12345);
        var counts = new int[4];
        const int Arrivals = 40_000;

        for (var self = 0; self < 4; self++)
        {
            var plan = Made(pool, $"m{self}");
            for (var i = 0; i < Arrivals / 4; i++)
            {
                var peer = MemberPicker.Pick(plan, new(random.NextDouble(), 0));
                counts[peer is null ? self : peer.Uid[1] - '0']++;
            }
        }

        var chiSquare = weights
            .Select((w, i) => Math.Pow(counts[i] - (Arrivals * w / 100.0), 2) / (Arrivals * w / 100.0))
            .Sum();
        chiSquare.ShouldBeLessThan(16.27);
    }

    [Fact]
    public void No_work_goes_to_a_member_that_is_unavailable_or_has_no_address_or_is_this_one()
    {
        var pool = Pool(("a", 0), ("b", 100), ("c", 100), ("d", 100));
        pool = pool with
        {
            Members =
            [
                pool.Members[0],
                pool.Members[1] with
                {
                    Availability = MemberAvailability.Unavailable,
                },
                pool.Members[2] with
                {
                    PeerAddress = "",
                },
                pool.Members[3],
            ],
        };

        Plan(pool, "a").Peers.Select(p => p.Member.Uid).ShouldBe(["d"]);
    }

    [Fact]
    public void Where_nobody_can_take_it_work_stays()
    {
        Plan(Pool(("a", 0)), "a").Local.ShouldBe(1);
        Plan(Pool(("a", 0), ("b", 0)), "a").Local.ShouldBe(1);
    }

    [Theory]
    [InlineData(0, 1.0, 0.1)]
    [InlineData(6, 1.0, 0.1)]
    [InlineData(30, 1.0, 0.5)]
    [InlineData(60, 1.0, 1.0)]
    [InlineData(600, 1.0, 1.0)]
    [InlineData(15, 2.0, 0.5)]
    [InlineData(-5, 1.0, 0.1)]
    public void A_new_member_warms_up(int elapsedSeconds, double aggression, double factor)
    {
        var policy = new SlowStartPolicy
        {
            DurationMs = 60_000,
            MinimumPercent = 10,
            Aggression = aggression,
        };

        WarmUp.Factor(policy, Now.AddSeconds(-elapsedSeconds), Now).ShouldBe(factor, 1e-9);
    }

    [Fact]
    public void A_warming_member_passes_on_what_is_too_much_for_it()
    {
        var pool = Pool(("a", 100), ("b", 100));
        pool = pool with
        {
            Members = [pool.Members[0] with { WarmingSince = Now }, pool.Members[1]],
            Policy = pool.Policy with
            {
                SlowStart = new()
                {
                    DurationMs = 60_000,
                    MinimumPercent = 10,
                    Aggression = 1,
                },
            },
        };

        var plan = Plan(pool, "a");

        plan.EffectiveWeight.ShouldBe(10, 1e-9);
        // 10 of 110 is its share, half of all arrives.
        plan.Local.ShouldBe(2 * 10.0 / 110, 1e-9);
        Plan(pool, "b").Local.ShouldBe(1);
    }

    [Fact]
    public void An_unreachable_peer_is_avoided_for_longer_and_longer_and_then_tried_again()
    {
        var clock = new ManualTime();
        var peer = new Peer(TestSnapshots.Member("b"), clock);

        peer.NoteUnreachable();
        peer.IsAvoided.ShouldBeTrue();
        clock.Advance(TimeSpan.FromMilliseconds(501));
        peer.IsAvoided.ShouldBeFalse();
        peer.NoteUnreachable();
        clock.Advance(TimeSpan.FromMilliseconds(900));
        peer.IsAvoided.ShouldBeTrue();
        peer.NoteReached();
        peer.IsAvoided.ShouldBeFalse();
    }

    [Fact]
    public void Where_every_peer_is_avoided_work_stays()
    {
        var plan = Made(Pool(("a", 0), ("b", 1)), "a");
        var peer = MemberPicker.Pick(plan, new(0.5, 0)).ShouldNotBeNull();

        peer.NoteUnreachable();

        MemberPicker.Pick(plan, new(0.5, 0)).ShouldBeNull();
    }

    [Fact]
    public void A_pick_allocates_nothing()
    {
        var plan = Made(Pool(("a", 1), ("b", 100), ("c", 50)), "a");
        var random = new Random(1);
        MemberPicker.Pick(plan, new(0.99, 0));
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 10_000; i++)
        {
            MemberPicker.Pick(plan, new(random.NextDouble(), 0));
        }

        GC.GetAllocatedBytesForCurrentThread().ShouldBe(before);
    }

    [Fact]
    public async Task Requests_are_spread_by_weight_over_real_members()
    {
        await using var pool = await TestMember.PoolAsync(members: 3);
        await pool.TellAllAsync((i, d) => d with { Weight = i == 0 ? 0 : 100 });
        var servedBy = new Dictionary<string, int>
        {
            ["m0"] = 0,
            ["m1"] = 0,
            ["m2"] = 0,
        };
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);

        for (var i = 0; i < 300; i++)
        {
            servedBy[(await client.RequestAsync("/")).ServedBy!]++;
        }

        servedBy["m0"].ShouldBe(0);
        servedBy["m1"].ShouldBeInRange(100, 200);
        pool[0].Registry.Account().Totals.Rerouted.ShouldBe(300);
    }

    private static PoolState Pool(params (string Uid, int Weight)[] members) =>
        TestSnapshots.For("a", 1, [.. members.Select(m => TestSnapshots.Member(m.Uid, m.Weight))]).Pool;

    private static RoutingShares Plan(PoolState pool, string self) =>
        RoutingPlanner.Plan(pool, new(self), new Dictionary<string, MemberLoad>(), Now);

    private static RoutingPlan Made(PoolState pool, string self)
    {
        var shares = Plan(pool, self);
        return new(
            [
                new(null, 0, 1, shares.Local, null, new(TimeProvider.System)),
                .. shares.Peers.Select(p => new Choice(
                    new Peer(p.Member, TimeProvider.System),
                    p.Weight,
                    p.Share,
                    null
                )),
            ],
            BalancingKind.WeightedRoundRobin
        );
    }
}
