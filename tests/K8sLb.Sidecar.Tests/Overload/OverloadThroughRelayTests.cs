using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Overload;

public sealed class OverloadThroughRelayTests() : OverloadTests(PortMode.Relay)
{
    [Fact]
    public async Task A_connection_of_http2_for_which_there_is_no_place_is_told_that_nothing_was_done()
    {
        await using var pool = await BoundedAsync(new() { MaxInFlight = 1 });
        await using var first = await OccupyAsync(pool[0]);
        await using var second = await RawHttp2.ConnectAsync(pool[0].Http);
        await second.GetAsync("/");

        var frame = await second.NextAsync();

        frame!.Type.ShouldBe(RawHttp2.GoAway);
        frame.LastStream.ShouldBe(0);
    }

    [Fact]
    public async Task A_connection_of_tcp_goes_to_a_peer_or_is_closed()
    {
        await using var pool = await BoundedAsync(new() { MaxInFlight = 1 }, members: 2);
        var connections = new List<EchoClient>();
        for (var i = 0; i < 2; i++)
        {
            var client = await EchoClient.ConnectAsync(new(pool[0].Address, TestMember.TcpPort));
            connections.Add(client);
            (await client.EchoAsync()).ShouldBeTrue();
        }
        pool.Members.Select(m => m.Router.Local.InFlight).ShouldBe([1, 1]);

        (await ReachesAsync(pool[0])).ShouldBeFalse();
        await connections[0].DisposeAsync();
        await Eventually.IsTrue(() => pool[0].Router.Local.InFlight == 0, "it is over");
        (await ReachesAsync(pool[0])).ShouldBeTrue();
        await connections[1].DisposeAsync();
    }

    [Fact]
    public async Task Connections_of_tcp_that_cannot_be_had_open_the_circuit()
    {
        await using var pool = await BoundedAsync(Breaking);
        await pool[0].App.DisposeAsync();
        for (var i = 0; i < 3; i++)
        {
            (await ReachesAsync(pool[0])).ShouldBeFalse();
        }

        await Eventually.IsTrue(() => pool[0].Gate.Breaker.State.Phase == BreakerPhase.Open, "it is open");
    }

    /// <summary>A connection that is ended at once can be so before its client knows that it stands.</summary>
    private static async Task<bool> ReachesAsync(TestMember member)
    {
        try
        {
            await using var client = await EchoClient.ConnectAsync(new(member.Address, TestMember.TcpPort));
            return await client.EchoAsync();
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
