using K8sLb.Protocol;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Routing;

public sealed class PeerFindingsTests
{
    private readonly ManualTime clock = new();

    [Fact]
    public void A_peer_where_all_went_well_is_not_spoken_of()
    {
        var peer = Peer("b");
        peer.Load.NoteOutcome(success: true);

        PeerFindings.Read([peer, Peer("c")]).ShouldBeEmpty();
    }

    [Fact]
    public void Attempts_that_reached_nobody_count_until_one_does()
    {
        var peer = Peer("b");
        peer.NoteUnreachable();
        peer.NoteUnreachable();
        clock.Advance(TimeSpan.FromSeconds(3));

        PeerFindings
            .Read([peer])
            .ShouldBe([
                new()
                {
                    Uid = "b",
                    FailuresInARow = 2,
                    AgoMs = 3_000,
                },
            ]);

        peer.NoteReached();
        PeerFindings.Read([peer]).ShouldBeEmpty();
    }

    [Fact]
    public void Failures_between_successes_count_for_some_seconds()
    {
        var peer = Peer("b");
        PeerFindings.Read([peer]);
        for (var i = 0; i < 10; i++)
        {
            peer.Load.NoteOutcome(success: i % 2 == 1);
        }
        PeerFindings
            .Read([peer])
            .Single()
            .ShouldSatisfyAllConditions(f => f.Served.ShouldBe(10), f => f.Failed.ShouldBe(5));

        for (var second = 0; second < 20; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            peer.Load.NoteOutcome(success: true);
            var findings = PeerFindings.Read([peer]);
            if (second < 9)
            {
                findings.ShouldHaveSingleItem().Failed.ShouldBe(5);
            }
        }
        PeerFindings.Read([peer]).ShouldBeEmpty("they are long past");
    }

    [Fact]
    public void A_peer_that_is_slow_among_others_is_spoken_of_with_what_is_usual()
    {
        var peers = new[] { Peer("b", 10), Peer("c", 10), Peer("d", 40) };

        var finding = PeerFindings.Read(peers).Single();

        finding.Uid.ShouldBe("d");
        finding.LatencyMs.ShouldNotBeNull().ShouldBe(40, 0.1);
        finding.UsualLatencyMs.ShouldNotBeNull().ShouldBe(10, 0.1);
    }

    [Fact]
    public void Of_two_nobody_can_say_which_is_slow() =>
        PeerFindings.Read([Peer("b", 10), Peer("c", 400)]).ShouldBeEmpty();

    [Fact]
    public void What_was_a_minute_ago_is_forgotten()
    {
        var peer = Peer("b");
        peer.NoteUnreachable();
        clock.Advance(TimeSpan.FromSeconds(61));

        PeerFindings.Read([peer]).ShouldBeEmpty();
    }

    private Peer Peer(string name, double? latencyMs = null)
    {
        var peer = new Peer(TestSnapshots.Member(name), clock);
        if (latencyMs is { } ms)
        {
            peer.Load.Took(TimeSpan.FromMilliseconds(ms));
            peer.Load.NoteOutcome(success: true);
        }
        return peer;
    }
}
