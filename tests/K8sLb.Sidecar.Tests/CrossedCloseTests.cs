using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay.Framing.WebSocket;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

/// <summary>
/// What a client sends can cross the close of its connection, begun while nothing had come. Served all the same, the
/// connection must be released in the way of its protocol.
/// </summary>
public sealed class CrossedCloseTests() : DataPathTests(PortMode.Proxy)
{
    [Fact]
    public async Task A_websocket_that_crosses_the_close_is_told_all_the_same()
    {
        await using var pool = await PoolAsync();
        await using var client = await ClosingAsync(pool[0]);

        await client.OpenWebSocketAsync("/ws");
        (await client.ReadHeadAsync()).ShouldStartWith("HTTP/1.1 101 ");
        var draining = pool[0].DrainAsync();
        (await client.EndsAsync()).ShouldBeFalse("a Close comes first");
        await client.SendAsync(Frames.Make(Opcode.Close, 0, masked: true));

        (await draining).Progress.ShouldBe(DrainProgress.Released);
    }

    [Fact]
    public async Task An_http2_client_that_crosses_the_close_gets_goaway_all_the_same()
    {
        await using var pool = await PoolAsync(policy: p => p with { Drain = p.Drain with { GoAwayGraceMs = 1 } });
        await using var client = await ClosingAsync(pool[0]);

        await client.SendAsync(RawHttp2.Opening("/"));
        await Eventually.IsTrue(() => pool[0].Registry.Account().Live.Http2 == 1, "it is known for what it is");
        var report = await pool[0].DrainAsync();

        report.Progress.ShouldBe(DrainProgress.Released);
    }

    private static async Task<RawHttp> ClosingAsync(TestMember member)
    {
        var client = await RawHttp.ConnectAsync(member.Http);
        var live = new List<TrackedConnection>();
        await Eventually.IsTrue(
            () =>
            {
                member.Registry.CopyLiveTo(live);
                return live.Count == 1;
            },
            "open"
        );
        live[0].TryBeginClosingIdle().ShouldBeTrue();
        return client;
    }
}
