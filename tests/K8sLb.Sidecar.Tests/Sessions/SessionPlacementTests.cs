using FsCheck;
using FsCheck.Fluent;
using K8sLb.Protocol;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Sessions;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Sessions;

/// <summary>Where sessions belong, as each member of a pool works it out for itself.</summary>
public sealed class SessionPlacementTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ulong[] SessionIds = [.. Enumerable.Range(1, 300).Select(i => RendezvousHash.Of($"s{i}"))];
    private readonly ManualTime clock = new(Now);

    private enum Fate
    {
        Serving,
        Ejected,
        RampingDown,
        Draining,
    }

    private static readonly Gen<(int Weight, Fate Fate)[]> Pools = Gen.Choose(2, 12)
        .SelectMany(count =>
            Gen.ArrayOf(
                from weight in Gen.Choose(1, 300)
                from fate in Gen.Frequency(
                    (5, Gen.Constant(Fate.Serving)),
                    (1, Gen.Constant(Fate.Ejected)),
                    (1, Gen.Constant(Fate.RampingDown)),
                    (2, Gen.Constant(Fate.Draining))
                )
                select (weight, fate),
                count
            )
        );

    [Fact]
    public void Every_member_comes_to_the_same_place_for_every_session() =>
        Prop.ForAll(
                Arb.From(Pools),
                members =>
                {
                    var pool = Pool(members);
                    SessionPlan[] plans = [.. pool.Members.Select(m => Plan(pool, m.Uid))];
                    foreach (var session in SessionIds)
                    {
                        foreach (var owner in pool.Members)
                        {
                            var token = new SessionToken(session, RendezvousHash.Of(owner.Uid), Now);
                            plans
                                .Select(p => SessionPlacement.Place(p, token, isUnderWay: false, Now)?.Id)
                                .Distinct()
                                .ShouldHaveSingleItem();
                        }
                        plans.Select(p => SessionPlacement.Home(p, session, Now)?.Id).Distinct().ShouldHaveSingleItem();
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void A_member_that_is_lost_moves_its_own_sessions_alone() =>
        Prop.ForAll(
                Arb.From(Pools),
                Arb.From(Gen.Choose(0, 11)),
                (members, place) =>
                {
                    var lost = place % members.Length;
                    var before = Plan(Pool(members), "m0");
                    var gone = members.ToArray();
                    gone[lost].Fate = Fate.Draining;
                    var after = Plan(Pool(gone), "m0");
                    foreach (var session in SessionIds)
                    {
                        for (var owner = 0; owner < members.Length; owner++)
                        {
                            var token = new SessionToken(session, RendezvousHash.Of($"m{owner}"), Now);
                            var was = SessionPlacement.Place(before, token, isUnderWay: false, Now);
                            var mine = was?.Id == RendezvousHash.Of($"m{lost}");
                            var stays = SessionPlacement.Place(after, token, isUnderWay: false, Now)?.Id == was?.Id;
                            (stays || mine).ShouldBeTrue();
                        }
                        var home = SessionPlacement.Home(before, session, Now)?.Id;
                        var staysHome = SessionPlacement.Home(after, session, Now)?.Id == home;
                        (staysHome || home == RendezvousHash.Of($"m{lost}")).ShouldBeTrue();
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void Sessions_of_a_lost_member_are_spread_by_weight()
    {
        var plan = Plan(
            Pool([(100, Fate.Draining), (100, Fate.Serving), (200, Fate.Serving), (100, Fate.Serving)]),
            "m1"
        );
        var taken = Enumerable
            .Range(0, 8_000)
            .Select(i => SessionPlacement.Successor(plan, RendezvousHash.Of($"x{i}"), RendezvousHash.Of("m0"))!.Id)
            .CountBy(id => id)
            .ToDictionary();

        taken[RendezvousHash.Of("m1")].ShouldBeInRange(1_850, 2_150);
        taken[RendezvousHash.Of("m2")].ShouldBeInRange(3_810, 4_190);
        taken[RendezvousHash.Of("m3")].ShouldBeInRange(1_850, 2_150);
    }

    [Fact]
    public void They_stay_while_their_owner_ramps_down_and_while_they_have_requests_under_way()
    {
        var plan = Plan(Pool([(100, Fate.RampingDown), (100, Fate.Serving)]), "m1");
        var token = new SessionToken(1, RendezvousHash.Of("m0"), Now);
        string Place(TimeSpan after, bool isUnderWay = false) =>
            SessionPlacement.Place(plan, token, isUnderWay, Now + after)!.Id == token.Owner ? "owner" : "successor";

        Place(TimeSpan.Zero).ShouldBe("owner");
        Place(TimeSpan.FromSeconds(4.9)).ShouldBe("owner");
        Place(TimeSpan.FromSeconds(5)).ShouldBe("successor");
        Place(TimeSpan.FromSeconds(5), isUnderWay: true).ShouldBe("owner");
        Place(TimeSpan.FromSeconds(30), isUnderWay: true).ShouldBe("successor");
    }

    [Fact]
    public void They_leave_an_owner_that_is_gone_or_cannot_be_reached()
    {
        var plan = Plan(Pool([(100, Fate.Serving), (100, Fate.Serving), (100, Fate.Serving)]), "m2");
        var owner = plan.Find(RendezvousHash.Of("m0"))!;
        var known = new SessionToken(1, owner.Id, Now);
        var gone = new SessionToken(1, RendezvousHash.Of("gone"), Now);

        SessionPlacement.Place(plan, gone, isUnderWay: true, Now).ShouldNotBeNull();
        SessionPlacement.Place(plan, known, isUnderWay: false, Now).ShouldBe(owner);
        owner.Peer!.NoteUnreachable();
        SessionPlacement.Place(plan, known, isUnderWay: false, Now).ShouldNotBeNull().ShouldNotBe(owner);
    }

    [Fact]
    public void They_wait_for_an_owner_that_is_busy()
    {
        var plan = Plan(Pool([(100, Fate.Serving), (100, Fate.Serving)]), "m1");
        var owner = plan.Find(RendezvousHash.Of("m0"))!;
        owner.Peer!.NoteFull();

        SessionPlacement.Place(plan, new(1, owner.Id, Now), isUnderWay: false, Now).ShouldBe(owner);
    }

    [Fact]
    public void A_member_whose_application_fails_keeps_none_where_others_can_take_them()
    {
        var pool = Pool([(100, Fate.Serving), (100, Fate.Serving)]);
        var plan = SessionPlanner.Plan(pool, new("m0", IsFailing: true), Peers(pool, "m0"), null)!;

        SessionPlacement
            .Place(plan, new(1, RendezvousHash.Of("m0"), Now), isUnderWay: true, Now)!
            .Id.ShouldBe(RendezvousHash.Of("m1"));
    }

    /// <summary>As the member itself has it: of its own drain it knows by its own clock.</summary>
    private SessionPlan Plan(PoolState pool, string self)
    {
        var drain = pool.Members.Single(m => m.Uid == self).Drain;
        var me = new SessionSelf(self, drain?.Weight, drain?.RampDownEndsAt, drain?.Deadline);
        return SessionPlanner.Plan(pool, me, Peers(pool, self), null)!;
    }

    private Peer[] Peers(PoolState pool, string self) =>
        [.. pool.Members.Where(m => m.Uid != self).Select(m => new Peer(m, clock))];

    private static PoolState Pool((int Weight, Fate Fate)[] members) =>
        new()
        {
            Namespace = "test",
            Name = "pool",
            Members = [.. members.Select((m, i) => Member($"m{i}", m.Weight, m.Fate))],
            Policy = TestSnapshots.Policy(PortMode.Proxy) with { Sessions = TestKeys.Policy(SessionKind.Cookie) },
        };

    private static MemberDirective Member(string uid, int weight, Fate fate) =>
        TestSnapshots.Member(uid, fate == Fate.Serving ? weight : 0) with
        {
            Availability = fate == Fate.Serving ? MemberAvailability.Available : MemberAvailability.Unavailable,
            Drain = fate is Fate.Serving or Fate.Ejected
                ? null
                : new()
                {
                    RampDownEndsAt = Now + TimeSpan.FromSeconds(fate == Fate.RampingDown ? 5 : -5),
                    Deadline = Now + TimeSpan.FromSeconds(30),
                    Weight = weight,
                },
        };
}
