using System.Net.WebSockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace K8sLb.Sidecar.Tests;

public sealed class RebalanceThroughRelayTests() : RebalanceTests(PortMode.Relay)
{
    [Fact]
    public async Task Connections_of_HTTP2_are_told_by_GOAWAY_and_end_with_their_streams()
    {
        await using var pool = await PoolAsync(policy: Evenly);
        await using var client = await RawHttp2.ConnectAsync(pool[0].Http);
        var stream = await client.GetAsync("/gate");
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "a stream is open");
        pool[0].Registry.Held().ShouldBe(new() { Connections = 1, Movable = 1 });

        await pool.TellAllAsync(rebalance: _ => HoldAtMost(0));
        (await client.NextAsync()).ShouldNotBeNull().Type.ShouldBe(RawHttp2.GoAway);
        pool[0].Registry.Held().Connections.ShouldBe(0, "it is asked to go");
        pool[0].App.Gate.SetResult();
        await client.UntilEndOfAsync(stream, []);

        await client.DisposeAsync();
        await EndedAsync(pool[0], 1);
    }

    [Fact]
    public async Task TCP_counts_as_held_and_is_left_alone()
    {
        await using var pool = await PoolAsync(policy: Evenly);
        await using var tcp = await RawHttp.ConnectAsync(new(pool[0].Address, TestMember.TcpPort));
        await tcp.SendAsync("hello");
        await Eventually.IsTrue(() => pool[0].Registry.Held().Connections == 1, "it is held");

        pool[0].Registry.Held().Movable.ShouldBe(0);
    }
}

public sealed class RebalanceThroughProxyTests() : RebalanceTests(PortMode.Proxy);

/// <summary>A member that holds more than its share, with sockets on both ends.</summary>
public abstract class RebalanceTests(PortMode mode) : DataPathTests(mode)
{
    [Fact]
    public async Task What_is_above_its_share_is_told_to_move_and_nothing_more()
    {
        await using var pool = await PoolAsync(policy: Evenly);
        var sockets = new List<ClientWebSocket>();
        for (var i = 0; i < 6; i++)
        {
            sockets.Add(await pool[0].OpenWebSocketAsync());
        }
        await Eventually.IsTrue(() => pool[0].Registry.Held().Connections == 6, "all are held");
        var told = sockets.Select(s => s.ReceiveAsync(new byte[16], default)).ToList();

        await pool.TellAllAsync(rebalance: _ => HoldAtMost(4));
        for (var i = 0; i < 2; i++)
        {
            var first = await Task.WhenAny(told).WaitAsync(TimeSpan.FromSeconds(30));
            (await first).MessageType.ShouldBe(WebSocketMessageType.Close);
            var at = told.IndexOf(first);
            sockets[at].CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
            await sockets[at].CloseOutputAsync(sockets[at].CloseStatus!.Value, null, default);
            sockets[at].Dispose();
            (told, sockets) = ([.. told.Where((_, i) => i != at)], [.. sockets.Where((_, i) => i != at)]);
        }

        await EndedAsync(pool[0], 2);
        pool[0].Registry.Held().Connections.ShouldBe(4);
        told.ShouldAllBe(t => !t.IsCompleted);
        sockets.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task New_connections_go_to_the_member_that_holds_least_and_requests_stay()
    {
        await using var pool = await TestMember.PoolAsync(members: 2, policy: Evenly, mode: Mode);
        var sockets = new List<ClientWebSocket>();
        for (var i = 0; i < 4; i++)
        {
            sockets.Add(await pool[0].OpenWebSocketAsync());
        }
        await Eventually.IsTrue(() => pool[0].Registry.Held().Connections == 4, "all are held");
        pool[0]
            .Host.Services.GetRequiredService<PeerLoads>()
            .Put(new() { Members = [Load(pool[0], held: 4), Load(pool[1], held: 0)] });
        await Eventually.IsTrue(() => pool[0].Router.ConnectionPlan.Local == 0, "that is known");
        pool[0].Router.Plan.Local.ShouldBe(1);

        sockets.Add(await pool[0].OpenWebSocketAsync());

        await Eventually.IsTrue(() => pool[1].Registry.Held().Connections == 1, "it is held there");
        pool[0].Registry.Held().Connections.ShouldBe(4);
        sockets.ForEach(s => s.Dispose());
    }

    protected static PoolPolicy Evenly(PoolPolicy policy) =>
        policy with
        {
            Rebalance = new() { MaxImbalancePercent = 15, MaxReleasesPerSecond = 1000 },
        };

    protected static RebalanceDirective HoldAtMost(int count) => new() { HoldAtMost = count, ReleasesPerSecond = 1000 };

    private protected static async Task EndedAsync(TestMember member, int count)
    {
        await Eventually.IsTrue(
            () =>
                member.Registry.Account().Totals.Ended.Where(e => e.Reason == EndReason.Rebalance).Sum(e => e.Count)
                == count,
            "they have gone for that reason"
        );
        member.Registry.Account().Totals.Released.ShouldBe(count);
    }

    private static MemberLoad Load(TestMember member, int held) => new() { Uid = member.Options.PodUid, Held = held };
}
