using FsCheck.Fluent;
using K8sLb.Core.Tests.Properties;

namespace K8sLb.Core.Tests.Trust;

public sealed class AuthorityRotationTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TrustPeriods Periods = new()
    {
        AuthorityLife = TimeSpan.FromDays(30),
        Overlap = TimeSpan.FromHours(48),
    };

    [Fact]
    public void The_first_authority_signs_at_once_and_is_good_for_clocks_that_are_behind()
    {
        var first = Rotate([], Start).ShouldHaveSingleItem();

        first.SignsFrom.ShouldBe(Start);
        first.NotBefore.ShouldBe(Start - Periods.ClockDifference);
        AuthorityRotation.Signer([first], Start).ShouldBe(first);
        AuthorityRotation.Finding([first], Start).ShouldBeNull();
    }

    [Fact]
    public void A_successor_is_published_an_overlap_before_it_signs_and_the_old_one_an_overlap_after()
    {
        var first = Rotate([], Start);
        Rotate(first, Start.AddDays(19)).ShouldBe(first);

        var made = Start.AddDays(20);
        var both = Rotate(first, made);

        both.Select(a => a.SignsFrom).ShouldBe([Start, made + Periods.Overlap]);
        Rotate(both, made + Periods.Overlap).ShouldBe(both);
        AuthorityRotation.Signer(both, made + Periods.Overlap - TimeSpan.FromTicks(1)).ShouldBe(both[0]);
        AuthorityRotation.Signer(both, made + Periods.Overlap).ShouldBe(both[1]);
        Rotate(both, made + (Periods.Overlap * 2) - TimeSpan.FromTicks(1)).ShouldBe(both);
        Rotate(both, made + (Periods.Overlap * 2)).ShouldBe([both[1]]);
    }

    [Fact]
    public void One_that_has_expired_is_followed_at_once()
    {
        var first = Rotate([], Start);

        var next = Rotate(first, Start.AddDays(31)).ShouldHaveSingleItem();

        next.Id.ShouldNotBe(first[0].Id);
        next.SignsFrom.ShouldBe(Start.AddDays(31));
    }

    [Fact]
    public void One_that_is_not_good_yet_is_kept_and_told()
    {
        var known = Rotate([], Start);
        var early = Start.AddDays(-3);

        Rotate(known, early).ShouldBe(known);
        AuthorityRotation.Signer(known, early).ShouldBe(known[0]);
        AuthorityRotation
            .Finding(known, early)
            .ShouldBe(
                "the authority is good from 2029-12-31 23:50:00Z on, and this clock says 2029-12-29 00:00:00Z: set the clock that is wrong"
            );
        var term = ServerTerm.Begin(known[0], early, Periods);
        term.NotBefore.ShouldBe(known[0].NotBefore);
        term.IsOver(known[0], early).ShouldBeFalse();
    }

    [Fact]
    public void A_successor_that_is_missing_is_told_in_time()
    {
        var known = Rotate([], Start);

        AuthorityRotation.Finding(known, Start.AddDays(21)).ShouldBeNull();
        AuthorityRotation.Finding(known, Start.AddDays(23)).ShouldNotBeNull().ShouldContain("no successor");
        AuthorityRotation.Finding(known, Start.AddDays(31)).ShouldNotBeNull().ShouldContain("expired at");
    }

    [Fact]
    public void A_server_renews_at_two_thirds_and_never_outlives_its_authority()
    {
        var signer = Rotate([], Start)[0];
        var term = ServerTerm.Begin(signer, Start, Periods);

        term.IsOver(signer, Start.AddHours(15)).ShouldBeFalse();
        term.IsOver(signer, Start.AddHours(16)).ShouldBeTrue();
        term.IsOver(signer with { Id = "another" }, Start).ShouldBeTrue();
        ServerTerm.Begin(signer, signer.NotAfter.AddHours(-2), Periods).NotAfter.ShouldBe(signer.NotAfter);
    }

    /// <summary>
    /// The leader looks at irregular times; replicas hold what was stored up to an overlap ago, with clocks that are wrong by a little,
    /// and show a certificate for as long as it is good. Whoever holds a bundle that is not older than an overlap trusts each of them.
    /// </summary>
    [Fact]
    public void A_bundle_not_older_than_the_overlap_verifies_every_replica() =>
        Check.That(
            Arb.From(
                from hours in Gen.ListOf(Gen.Choose(1, 72), 60)
                from replicas in Gen.ListOf(
                    from at in Gen.Choose(0, 1_000)
                    from staleness in Gen.Choose(0, 1_000)
                    from skew in Gen.Choose(-1_000, 1_000)
                    from shownAt in Gen.Choose(0, 999)
                    from bundleAge in Gen.Choose(0, 1_000)
                    select (at, staleness, skew, shownAt, bundleAge),
                    20
                )
                select (hours, replicas)
            ),
            run =>
            {
                var history = History(run.hours);
                var length = history[^1].At - Start;
                foreach (var (at, staleness, skew, shownAt, bundleAge) in run.replicas)
                {
                    var issuedAt = Start + (length * (at / 1_000.0));
                    var clock = issuedAt + (Periods.ClockDifference * (skew / 1_000.0));
                    var read = Before(history, issuedAt - (Periods.Overlap * (staleness / 1_000.0)));
                    var term = ServerTerm.Begin(AuthorityRotation.Signer(read, clock), clock, Periods);
                    var shown = issuedAt + ((term.NotAfter - issuedAt) * (shownAt / 1_000.0));
                    var slack = Periods.Overlap - Periods.ClockDifference;
                    var bundle = Before(history, shown - (slack * (bundleAge / 1_000.0)));

                    var signer = bundle.SingleOrDefault(a => a.Id == term.AuthorityId).ShouldNotBeNull();
                    shown.ShouldBeInRange(signer.NotBefore, signer.NotAfter);
                    shown.ShouldBeInRange(term.NotBefore, term.NotAfter);
                }
                history.ShouldAllBe(h => h.Known.Count <= 2);
            },
            1_000
        );

    private static List<(DateTimeOffset At, IReadOnlyList<AuthorityRecord> Known)> History(IEnumerable<int> hours)
    {
        var history = new List<(DateTimeOffset At, IReadOnlyList<AuthorityRecord> Known)>
        {
            (Start, Rotate([], Start)),
        };
        foreach (var pause in hours)
        {
            var at = history[^1].At + TimeSpan.FromHours(pause);
            history.Add((at, Rotate(history[^1].Known, at)));
        }
        return history;
    }

    private static IReadOnlyList<AuthorityRecord> Before(
        List<(DateTimeOffset At, IReadOnlyList<AuthorityRecord> Known)> history,
        DateTimeOffset at
    ) => history.LastOrDefault(h => h.At <= at, history[0]).Known;

    private static IReadOnlyList<AuthorityRecord> Rotate(IReadOnlyList<AuthorityRecord> known, DateTimeOffset now) =>
        AuthorityRotation.Rotate(known, now, Periods, $"made {now:O}");
}
