using K8sLb.Protocol;

namespace K8sLb.Operator.Tests.Hub;

/// <summary>Figures that members are told of each other.</summary>
public sealed class LoadTests
{
    [Fact]
    public async Task Figures_wait_for_no_answer_and_go_to_every_member()
    {
        await using var hub = await HubServer.StartAsync();
        hub.Publish(100, "a", "b");
        await using var a = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));
        await using var b = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("b"));
        foreach (var sidecar in new[] { a, b })
        {
            await sidecar.ReadWelcomeAsync();
            await sidecar.ReadSnapshotAsync();
        }

        hub.Channel.Tell(new PoolLoads { Members = [new MemberLoad { Uid = "uid-a", ArrivalsPerSecond = 2.5 }] });

        foreach (var sidecar in new[] { a, b })
        {
            var told = (await sidecar.ReadAsync())?.Loads.ShouldNotBeNull().Members.ShouldHaveSingleItem();
            told.ShouldBe(new MemberLoad { Uid = "uid-a", ArrivalsPerSecond = 2.5 });
        }
    }

    [Fact]
    public async Task A_member_that_attaches_is_told_the_newest_figures()
    {
        await using var hub = await HubServer.StartAsync();
        hub.Channel.Tell(new PoolLoads { Members = [new MemberLoad { Uid = "old" }] });
        hub.Channel.Tell(new PoolLoads { Members = [new MemberLoad { Uid = "new" }] });

        await using var a = await TestSidecar.AttachAsync(hub.Address, TestSidecar.Hello("a"));

        await a.ReadWelcomeAsync();
        (await a.ReadAsync())?.Loads.ShouldNotBeNull().Members.ShouldHaveSingleItem().Uid.ShouldBe("new");
    }
}
