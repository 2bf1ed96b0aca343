using K8sLb.Protocol;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Routing;

public sealed class LoadComparisonTests
{
    private readonly ManualTime clock = new();

    [Theory]
    [InlineData(BalancingKind.LeastRequest, 10, 2, 1)]
    [InlineData(BalancingKind.LeastRequest, 10, 8, 0)] // not clearly less
    [InlineData(BalancingKind.LeastRequest, 1, 0, 0)] // no queue to avoid
    [InlineData(BalancingKind.PeakEwma, 10, 2, 1)]
    public void Work_goes_elsewhere_where_clearly_less_is_under_way(
        BalancingKind kind,
        int here,
        int there,
        int picked
    ) => LoadComparison.Pick([Choice(here, 0.1), Choice(there, 0.1, "b")], 0, 0, kind).ShouldBe(picked);

    [Fact]
    public void What_is_under_way_is_measured_by_the_weight() =>
        LoadComparison
            .Pick([Choice(10, 0.1, weight: 100), Choice(5, 0.1, "b", weight: 20)], 0, 0, BalancingKind.LeastRequest)
            .ShouldBe(0);

    [Fact]
    public void A_slow_place_is_avoided_by_its_latency_alone()
    {
        Choice[] choices = [Choice(4, 1.0), Choice(4, 0.1, "b")];

        LoadComparison.Pick(choices, 0, 0, BalancingKind.PeakEwma).ShouldBe(1);
        LoadComparison.Pick(choices, 0, 0, BalancingKind.LeastRequest).ShouldBe(0);
    }

    [Fact]
    public void What_a_peer_reports_counts_where_it_is_more_than_is_seen_from_here()
    {
        var idleFromHere = Choice(0, 0.1, "b", told: new() { Uid = "b", InFlight = 50 });

        LoadComparison.Pick([Choice(10, 0.1), idleFromHere], 0, 0, BalancingKind.LeastRequest).ShouldBe(0);
    }

    [Fact]
    public void A_peer_that_is_passed_over_is_no_choice()
    {
        var broken = Choice(0, 0.1, "b");
        broken.Peer!.NoteUnreachable();

        LoadComparison.Pick([Choice(10, 0.1), broken], 0, 0, BalancingKind.LeastRequest).ShouldBe(0);
    }

    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(0.49, 1)]
    [InlineData(0.5, 2)]
    [InlineData(0.99, 2)]
    public void Every_other_place_may_be_drawn(double draw, int picked) =>
        LoadComparison
            .Pick([Choice(9, 0.1), Choice(0, 0.1, "b"), Choice(0, 0.1, "c")], 0, draw, BalancingKind.LeastRequest)
            .ShouldBe(picked);

    [Fact]
    public void Latency_rises_at_once_and_falls_slowly()
    {
        var load = new DestinationLoad(clock);
        load.Latency.ShouldBeNull();

        load.Took(TimeSpan.FromMilliseconds(100));
        load.Took(TimeSpan.FromMilliseconds(900));
        load.Latency.ShouldNotBeNull().TotalMilliseconds.ShouldBe(900, 1);

        clock.Advance(TimeSpan.FromSeconds(10));
        load.Took(TimeSpan.FromMilliseconds(100));
        load.Latency.ShouldNotBeNull().TotalMilliseconds.ShouldBe((900 / Math.E) + (100 * (1 - (1 / Math.E))), 2);
    }

    [Fact]
    public async Task What_is_under_way_adds_up_whoever_counts()
    {
        var load = new DestinationLoad(clock);

        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        for (var i = 0; i < 50_000; i++)
                        {
                            load.Begin();
                            load.Took(TimeSpan.FromMilliseconds(i % 100));
                            load.End();
                        }
                    })
                )
        );

        load.InFlight.ShouldBe(0);
        load.Latency.ShouldNotBeNull().TotalMilliseconds.ShouldBeInRange(0, 100);
    }

    private Choice Choice(
        int inFlight,
        double latencySeconds,
        string? peer = null,
        double weight = 100,
        MemberLoad? told = null
    )
    {
        var load = new DestinationLoad(clock);
        load.Took(TimeSpan.FromSeconds(latencySeconds));
        for (var i = 0; i < inFlight; i++)
        {
            load.Begin();
        }
        return new(peer is null ? null : new Peer(TestSnapshots.Member(peer), clock), 0, weight, 0.5, told, load);
    }
}
