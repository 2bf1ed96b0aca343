using K8sLb.Protocol;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Routing;

public sealed class PeerLoadsTests
{
    [Fact]
    public void Figures_are_forgotten_when_no_newer_ones_come()
    {
        var clock = new ManualTime();
        var loads = new PeerLoads(clock);
        loads.Current.ShouldBeEmpty();

        loads.Put(new() { Members = [new() { Uid = "a", ArrivalsPerSecond = 3 }] });

        clock.Advance(TimeSpan.FromSeconds(29));
        loads.Current["a"].ArrivalsPerSecond.ShouldBe(3);
        clock.Advance(TimeSpan.FromSeconds(2));
        loads.Current.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_figure_that_cannot_be_is_as_good_as_unknown(double arrivals)
    {
        var loads = new PeerLoads(TimeProvider.System);

        loads.Put(new() { Members = [new() { Uid = "a", ArrivalsPerSecond = arrivals }, new() { Uid = "b" }] });

        loads.Current.Keys.ShouldBe(["b"]);
    }

    [Fact]
    public async Task What_the_operator_tells_of_others_changes_what_is_passed_on()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);
        var stream = await fake.NextAsync();
        await stream.WelcomeAsync();
        var other = TestSnapshots.Member("uid-m1") with { PeerAddress = "127.0.0.1", PeerPort = 1 };
        await stream.SendAsync(new() { Snapshot = TestSnapshots.For("uid-m0", 1, [member.Directive(), other]) });
        (await stream.AnswerAsync()).Ack.ShouldNotBeNull();
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await Eventually.IsTrue(
            async () =>
            {
                await client.RequestAsync("/");
                return member.Router.ArrivalsPerSecond > 1;
            },
            "it is known what arrives"
        );
        member.Router.Plan.Local.ShouldBe(1);

        await stream.SendAsync(new() { Loads = new() { Members = [new() { Uid = "uid-m1", ArrivalsPerSecond = 0 }] } });

        await Eventually.IsTrue(() => member.Router.Plan.Local < 0.6, "half of it is for the other");
        member.Router.Plan.Local.ShouldBe(0.5, 1e-6);
    }
}
