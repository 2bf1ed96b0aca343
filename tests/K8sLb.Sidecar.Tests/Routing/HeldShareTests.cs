using FsCheck;
using FsCheck.Fluent;
using K8sLb.Protocol;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Routing;

/// <summary>Where new connections go, in a pool that wants to hold them evenly.</summary>
public sealed class HeldShareTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_member_that_holds_too_much_passes_new_ones_on_to_those_that_lack_most()
    {
        var shares = Plan(0, [(100, 80), (100, 20), (100, 50), (100, 10)]).ShouldNotBeNull();

        shares.Local.ShouldBe(0);
        // 40 is the share of each.
        Share(shares, 1).ShouldBe(20.0 / 50, 1e-9);
        Share(shares, 2).ShouldBe(0);
        Share(shares, 3).ShouldBe(30.0 / 50, 1e-9);
    }

    [Fact]
    public void What_was_sent_since_the_figures_were_reported_counts_for_all_that_send()
    {
        var (pool, loads) = Pool([(100, 80), (100, 20), (100, 50), (100, 10)], Policy());
        RoutingShares? After(int sent) =>
            HeldShares.Plan(pool, new("m0"), loads, new Dictionary<string, int> { ["m3"] = sent }, Now);

        // The third holds too much as well, and has sent about as much.
        Share(After(10).ShouldNotBeNull(), 3).ShouldBe(10.0 / 30, 1e-9);
        Share(After(15).ShouldNotBeNull(), 3).ShouldBe(0);
        After(15)!.Local.ShouldBe(0, "the second lacks some still");
        var all = new Dictionary<string, int> { ["m1"] = 10, ["m3"] = 15 };
        HeldShares.Plan(pool, new("m0"), loads, all, Now).ShouldNotBeNull().Local.ShouldBe(1, "nobody lacks any more");
    }

    [Fact]
    public void A_member_that_lacks_some_keeps_what_arrives()
    {
        Plan(3, [(100, 80), (100, 20), (100, 50), (100, 39)]).ShouldNotBeNull().Local.ShouldBe(1);
    }

    [Fact]
    public void Shares_follow_the_weights()
    {
        var shares = Plan(0, [(100, 50), (50, 20), (200, 60)]).ShouldNotBeNull();

        shares.Local.ShouldBe(0);
        Share(shares, 1).ShouldBe(0, "20 of 130 are more than a member with a seventh of the weight is to hold");
        Share(shares, 2).ShouldBe(1);
    }

    [Theory]
    [InlineData(100, 104)]
    [InlineData(1, 2)]
    public void What_is_even_enough_is_left_to_arrivals(int here, int there) =>
        Plan(0, [(100, here), (100, there)]).ShouldBeNull();

    [Fact]
    public void Nothing_is_passed_on_for_figures_that_are_not_known()
    {
        foreach (var silent in (string[])["m0", "m1"])
        {
            var (pool, loads) = Pool([(100, 80), (100, 20)], Policy());
            loads[silent] = loads[silent] with { Held = null };

            HeldShares.Plan(pool, new("m0"), loads, Nothing, Now).ShouldBeNull();
        }
    }

    [Fact]
    public void A_pool_that_does_not_ask_for_it_is_left_alone()
    {
        var (pool, loads) = Pool([(100, 80), (100, 20)], TestSnapshots.Policy());

        HeldShares.Plan(pool, new("m0"), loads, Nothing, Now).ShouldBeNull();
    }

    [Fact]
    public void Connections_that_come_one_by_one_end_up_even_and_move_no_more_than_must()
    {
        var pools = Gen.ArrayOf(Gen.Choose(0, 60)).Where(p => p.Length is > 1 and < 20);

        Prop.ForAll(Arb.From(pools), Fill).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    /// <summary>As many come as even it out, at any members.</summary>
    private static void Fill(int[] before)
    {
        var held = before.ToArray();
        var random = new Random(1);
        var target = held.Max();
        for (var missing = held.Sum(h => target - h); missing > 0; missing--)
        {
            var at = random.Next(held.Length);
            var shares = Plan(at, [.. held.Select(h => (100, h))]);
            var goes = at;
            if (shares is { Local: 0 })
            {
                var draw = random.NextDouble();
                goes = -1;
                foreach (var peer in shares.Peers)
                {
                    goes = int.Parse(peer.Member.Uid.AsSpan(1));
                    if ((draw -= peer.Share) < 0)
                    {
                        break;
                    }
                }
                held[at].ShouldBeGreaterThanOrEqualTo(held[goes], "it is passed on to who holds less");
            }
            held[goes]++;
        }
        var mean = held.Average();
        // A third of the tolerated part, or a few where these are more, which arrive where they arrive.
        held.Max().ShouldBeLessThanOrEqualTo((int)Math.Ceiling(Math.Max(mean * 1.05, mean + 2)) + 1);
    }

    private static readonly Dictionary<string, int> Nothing = [];

    private static PoolPolicy Policy() =>
        TestSnapshots.Policy() with
        {
            Rebalance = new() { MaxImbalancePercent = 15, MaxReleasesPerSecond = 20 },
        };

    private static double Share(RoutingShares shares, int member) =>
        shares.Peers.Single(p => p.Member.Uid == $"m{member}").Share;

    private static RoutingShares? Plan(int self, (int Weight, int Held)[] members)
    {
        var (pool, loads) = Pool(members, Policy());
        return HeldShares.Plan(pool, new($"m{self}"), loads, Nothing, Now);
    }

    private static (PoolState State, Dictionary<string, MemberLoad> Loads) Pool(
        (int Weight, int Held)[] members,
        PoolPolicy policy
    ) =>
        (
            TestSnapshots
                .For("m0", 1, [.. members.Select((m, i) => TestSnapshots.Member($"m{i}", m.Weight))], policy)
                .Pool,
            members.Select((m, i) => new MemberLoad { Uid = $"m{i}", Held = m.Held }).ToDictionary(m => m.Uid)
        );
}
