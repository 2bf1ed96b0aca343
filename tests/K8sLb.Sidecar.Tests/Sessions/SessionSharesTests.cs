using FsCheck;
using FsCheck.Fluent;
using K8sLb.Protocol;
using K8sLb.Sidecar.Sessions;

namespace K8sLb.Sidecar.Tests.Sessions;

public sealed class SessionSharesTests
{
    private static readonly RebalancePolicy Policy = new() { MaxImbalancePercent = 15, MaxReleasesPerSecond = 20 };

    [Fact]
    public void What_is_above_the_share_goes_to_those_below_theirs()
    {
        var excess = Of(self: 1, (1, 100, 300), (2, 100, 200), (3, 100, 100), (4, 100, 200)).ShouldNotBeNull();

        excess.Count.ShouldBe(100);
        excess.PerSecond.ShouldBe(20);
        excess.Takers.ShouldBe([new SessionTaker(3, 100)]);
    }

    [Fact]
    public void Shares_follow_the_weights()
    {
        Of(self: 1, (1, 300, 300), (2, 100, 100)).ShouldBeNull();
        Of(self: 1, (1, 100, 200), (2, 300, 200))!.Count.ShouldBe(100);
    }

    [Theory]
    [InlineData(115, false)]
    [InlineData(120, true)]
    public void A_little_above_the_share_is_left(int mine, bool goes)
    {
        var excess = Of(self: 1, (1, 100, mine), (2, 100, 100), (3, 100, 100), (4, 100, 200 - mine));

        (excess is not null).ShouldBe(goes);
    }

    [Fact]
    public void One_session_more_is_chance() => Of(self: 1, (1, 100, 2), (2, 100, 0), (3, 100, 1)).ShouldBeNull();

    [Fact]
    public void The_pace_is_shared_by_those_that_hand_over() =>
        Of(self: 1, (1, 100, 300), (2, 100, 300), (3, 100, 0))!.PerSecond.ShouldBe(10);

    [Fact]
    public void Nobody_gives_more_than_it_has_above_its_share_and_nobody_is_asked_to_take_more_than_it_lacks() =>
        Prop.ForAll(
                Arb.From(
                    Gen.Choose(1, 12)
                        .SelectMany(n =>
                            Gen.ArrayOf(
                                from weight in Gen.Choose(1, 300)
                                from sessions in Gen.Choose(0, 2_000)
                                select (weight, sessions),
                                n
                            )
                        )
                ),
                pool =>
                {
                    MemberSessions[] members =
                    [
                        .. pool.Select((m, i) => new MemberSessions((ulong)i, m.weight, m.sessions)),
                    ];
                    var all = members.Sum(m => (double)m.Sessions);
                    var weights = members.Sum(m => m.Weight);
                    var rate = 0.0;
                    foreach (var member in members)
                    {
                        var share = all * member.Weight / weights;
                        var excess = SessionShares.Of(members, member.Id, Policy);
                        if (excess is null)
                        {
                            continue;
                        }
                        rate += excess.PerSecond;
                        ((double)member.Sessions).ShouldBeGreaterThan(share * 1.15);
                        (member.Sessions - excess.Count).ShouldBeGreaterThanOrEqualTo((int)share);
                        excess.Takers.ShouldAllBe(t => t.Id != member.Id && t.Lack > 0);
                        excess.Takers.Sum(t => t.Lack).ShouldBeGreaterThanOrEqualTo(excess.Count);
                    }
                    rate.ShouldBeLessThanOrEqualTo(Policy.MaxReleasesPerSecond + 1e-9);
                }
            )
            .QuickCheckThrowOnFailure();

    private static SessionExcess? Of(ulong self, params (ulong Id, double Weight, int Sessions)[] members) =>
        SessionShares.Of([.. members.Select(m => new MemberSessions(m.Id, m.Weight, m.Sessions))], self, Policy);
}
