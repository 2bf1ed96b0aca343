using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Routing;

public sealed class LeastRequestTests
{
    private const int Clients = 10;

    [Theory]
    [InlineData(PortMode.Relay)]
    [InlineData(PortMode.Proxy)]
    public async Task A_member_that_has_much_under_way_passes_on_what_is_more_than_others_have(PortMode mode)
    {
        await using var pool = await TestMember.PoolAsync(
            members: 2,
            policy: p => p with { Balancing = BalancingKind.LeastRequest },
            mode: mode
        );
        var clients = new List<RawHttp>();
        for (var i = 0; i < Clients; i++)
        {
            var client = await RawHttp.ConnectAsync(pool[0].Http);
            clients.Add(client);
            await client.GetAsync("/gate");
            var sent = i + 1;
            await Eventually.IsTrue(
                () => pool[0].App.Waiting + pool[1].App.Waiting == sent,
                "it has reached an application"
            );
        }

        pool[1].App.Waiting.ShouldBeInRange(3, 6);
        pool[0].Router.Local.InFlight.ShouldBe(pool[0].App.Waiting);
        pool[1].Router.Local.InFlight.ShouldBe(pool[1].App.Waiting);

        pool[0].App.Gate.SetResult();
        pool[1].App.Gate.SetResult();
        foreach (var client in clients)
        {
            (await client.ReadAsync()).Status.ShouldBe(200);
            await client.DisposeAsync();
        }
        await Eventually.IsTrue(
            () => pool[0].Router.Local.InFlight + pool[1].Router.Local.InFlight == 0,
            "nothing is under way any more"
        );
        pool[0].Router.Plan.Choices.ToArray().ShouldAllBe(c => c.Load.InFlight == 0);
    }
}
