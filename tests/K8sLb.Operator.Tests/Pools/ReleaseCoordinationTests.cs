using K8sLb.Operator.Hub;
using K8sLb.Protocol;

namespace K8sLb.Operator.Tests.Pools;

/// <summary>What the members of a pool share while some of them are drained: the pace, and the knowledge of it.</summary>
public sealed class ReleaseCoordinationTests
{
    [Fact]
    public async Task The_rate_is_shared_out_over_the_members_that_drain_and_anew_when_one_has_finished()
    {
        await using var bench = Serving("a", "b", "c", "d");
        bench.Self("a").ReleasesPerSecond.ShouldBe(200, "all of it, if it began now");

        bench.Set(Sample.Pod("a", annotations: ("k8slb.io/drain", "true")));
        bench.Set(Sample.Pod("b", annotations: ("k8slb.io/drain", "true")));
        bench.Run.Reconcile();

        bench.Self("a").ReleasesPerSecond.ShouldBe(100);
        bench.Self("b").ReleasesPerSecond.ShouldBe(100);
        bench.Self("c").ReleasesPerSecond!.Value.ShouldBe(200 / 3.0, 1e-9);

        var drain = bench.Self("a").Drain!;
        bench.Sessions["a"].OnReport(Finished(drain), bench.Time.GetUtcNow());
        bench.Run.Reconcile();

        bench.Self("b").ReleasesPerSecond.ShouldBe(200);
    }

    [Fact]
    public async Task A_draining_member_is_told_when_all_its_peers_know()
    {
        await using var bench = Serving("a", "b", "c");
        bench.Set(Sample.Pod("a", annotations: ("k8slb.io/drain", "true")));
        bench.Run.Reconcile();
        var version = bench.Run.Channel.Current!.Version;
        bench.Self("a").Drain!.PeersKnow.ShouldBeFalse();

        bench.Sessions["b"].OnAcknowledged(version, bench.Time.GetUtcNow());
        bench.Run.Reconcile();
        bench.Self("a").Drain!.PeersKnow.ShouldBeFalse();
        await bench.WrittenAsync(
            s =>
                s.Conditions!.Any(c =>
                    c.Type == "Draining" && c.Message!.Contains("not known yet at c", StringComparison.Ordinal)
                ),
            "the laggard is named"
        );

        bench.Sessions["c"].OnAcknowledged(version, bench.Time.GetUtcNow());
        bench.Run.Reconcile();
        bench.Self("a").Drain!.PeersKnow.ShouldBeTrue();
    }

    [Fact]
    public async Task The_others_are_told_how_long_a_draining_member_keeps_what_it_has()
    {
        await using var bench = Serving("a", "b");
        bench.Set(Sample.Pod("a", annotations: [("k8slb.io/drain", "true"), ("k8slb.io/weight", "70")]));
        bench.Run.Reconcile();

        var drain = bench.Self("a").Drain!;
        var told = bench.Published!.Members.Single(m => m.Name == "a");
        told.Weight.ShouldBe(0);
        told.Drain.ShouldBe(
            new MemberDrainTimes
            {
                RampDownEndsAt = drain.RampDownEndsAt,
                Deadline = drain.Deadline,
                Weight = 70,
            }
        );
        bench.Published.Members.Single(m => m.Name == "b").Drain.ShouldBeNull();
    }

    [Fact]
    public async Task A_peer_that_is_gone_is_not_waited_for()
    {
        await using var bench = Serving("a", "b", "c");
        bench.Set(Sample.Pod("a", annotations: ("k8slb.io/drain", "true")));
        bench.Run.Reconcile();
        bench.Sessions["b"].OnAcknowledged(bench.Run.Channel.Current!.Version, bench.Time.GetUtcNow());

        bench.Sessions["c"].Detach();
        bench.Run.Reconcile();

        bench.Self("a").Drain!.PeersKnow.ShouldBeTrue();
    }

    [Fact]
    public async Task What_every_member_counted_is_summed_in_the_status()
    {
        await using var bench = Serving("a", "b");
        foreach (var session in bench.Sessions.Values)
        {
            session.OnReport(
                new()
                {
                    Connections = new() { Http1 = 1 },
                    Totals = new()
                    {
                        Opened = 4,
                        Finished = 1,
                        Released = 2,
                        Ended =
                        [
                            Ended(ClientProtocol.Http1, EndReason.Finished, 1),
                            Ended(ClientProtocol.WebSocket, EndReason.Drain, 2),
                        ],
                    },
                },
                bench.Time.GetUtcNow()
            );
        }

        bench.Run.Reconcile();

        await bench.WrittenAsync(
            s => s.ConnectionTotals is { Opened: 8, Finished: 2, Released: 4, Forced: 0 },
            "the sums"
        );
        bench
            .Written!.ConnectionTotals!.Ended!.Select(e => (e.Protocol, e.Reason, e.Count))
            .ShouldBe([(ClientProtocol.Http1, EndReason.Finished, 2), (ClientProtocol.WebSocket, EndReason.Drain, 4)]);
    }

    /// <summary>Members that are attached and were told of each other.</summary>
    private static PoolBench Serving(params string[] pods)
    {
        var bench = new PoolBench();
        bench.Set([.. pods.Select(p => Sample.Pod(p))]);
        bench.AttachAll(pods);
        bench.Run.Reconcile();
        return bench;
    }

    private static EndedConnections Ended(ClientProtocol protocol, EndReason reason, long count) =>
        new()
        {
            Protocol = protocol,
            Reason = reason,
            Count = count,
        };

    private static MemberReport Finished(DrainDirective drain) =>
        new()
        {
            Connections = new(),
            Totals = new(),
            Drain = new()
            {
                Id = drain.Id,
                Reason = drain.Reason,
                StartedAt = drain.StartedAt,
                Deadline = drain.Deadline,
                Progress = DrainProgress.Released,
            },
        };
}
