using K8sLb.Protocol;
using K8sLb.Relay.Tests.Harness;
using K8sLb.Sidecar.Relay;
using K8sLb.Sidecar.Relay.Framing.Http2;
using static K8sLb.Relay.Tests.Framing.Http2Frames;

namespace K8sLb.Relay.Tests.Protocols;

public sealed class EpollHeartbeatTests() : HeartbeatTests(PollerKind.Epoll);

public sealed class SelectHeartbeatTests() : HeartbeatTests(PollerKind.Select);

/// <summary>Clients that are silent: asked whether they are there, or not waited for.</summary>
public abstract class HeartbeatTests(PollerKind kind)
{
    /// <summary>A client that answers at once must not seem silent on a machine that stands still for a second.</summary>
    private static readonly RelaySettings Often = new() { HeartbeatMs = 2_500 };

    private const string Upgrade =
        "GET /ws HTTP/1.1\r\nHost: web\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n";

    private const string Upgraded =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n";

    [Fact]
    public async Task A_silent_HTTP_2_client_is_pinged_stays_while_it_answers_and_is_cut_when_it_does_not()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Http, Often);
        using var client = await relay.DialAsync();
        await client.SendAsync([.. Preface, .. Settings()]);
        var app = await relay.App.AcceptedAsync();
        await app.ReadBytesAsync(Preface.Length + Settings().Length);
        await app.SendAsync(Settings());
        await client.ReadBytesAsync(Settings().Length);

        for (var beats = 0; beats < 3; beats++)
        {
            var ping = await client.ReadBytesAsync(FrameHeader.Size + 8);
            ping[3].ShouldBe((byte)FrameType.Ping);
            ping[4] |= (byte)FrameFlags.Ack;
            await client.SendAsync(ping);
        }
        await client.ReadBytesAsync(FrameHeader.Size + 8);

        await client.ShouldBeResetAsync();
        await app.ShouldEndAsync();
        await EndsAsDeadAsync(relay, ClientProtocol.Http2);
    }

    [Fact]
    public async Task A_silent_WebSocket_client_is_pinged_stays_while_it_answers_and_is_cut_when_it_does_not()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Http, Often);
        using var client = await relay.DialAsync();
        await client.SendAsync(Upgrade);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync(Upgraded);
        await client.ReadHeadAsync();

        for (var beats = 0; beats < 3; beats++)
        {
            var ping = await client.ReadBytesAsync(10);
            ping[..2].ShouldBe([0x89, 8]);
            byte[] pong = [0x8a, 0x88, 0, 0, 0, 0, .. ping[2..]];
            await client.SendAsync(pong);
            (await app.ReadBytesAsync(pong.Length)).ShouldBe(pong);
        }
        await client.ReadBytesAsync(10);

        await client.ShouldBeResetAsync();
        await app.ShouldEndAsync();
        await EndsAsDeadAsync(relay, ClientProtocol.WebSocket);
    }

    [Fact]
    public async Task A_head_that_is_not_whole_in_time_is_a_408_and_an_idle_connection_is_not()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Http, new RelaySettings { HeadMs = 300 });
        _ = relay.App.EchoAsync();
        using var idle = await relay.DialAsync();
        await idle.SendAsync("GET /1 HTTP/1.1\r\nHost: web\r\n\r\n");
        await idle.ReadMessageAsync();
        using var slow = await relay.DialAsync();
        await slow.SendAsync("GET /2 HTTP/1.1\r\nHo");

        (await slow.ReadMessageAsync()).ShouldStartWith("HTTP/1.1 408 ");
        await slow.ShouldEndAsync();

        await idle.SendAsync("GET /3 HTTP/1.1\r\nHost: web\r\n\r\n");
        (await idle.ReadMessageAsync()).ShouldEndWith("GET /3 HTTP/1.1");
        relay.Brain.Failures.ShouldBe([RelayFailure.BadRequest]);
    }

    [Fact]
    public async Task A_second_head_in_pieces_is_bound_by_the_same_time()
    {
        using var relay = new RelayFixture(kind, PortProtocol.Http, new RelaySettings { HeadMs = 300 });
        _ = relay.App.EchoAsync();
        using var client = await relay.DialAsync();
        await client.SendAsync("GET /1 HTTP/1.1\r\nHost: web\r\n\r\nGET /2 HT");
        (await client.ReadMessageAsync()).ShouldEndWith("GET /1 HTTP/1.1");

        (await client.ReadMessageAsync()).ShouldStartWith("HTTP/1.1 408 ");
        await client.ShouldEndAsync();
    }

    private static async Task EndsAsDeadAsync(RelayFixture relay, ClientProtocol protocol)
    {
        await relay.AllClosedAsync();
        var ended = relay.Account.Totals.Ended.ShouldHaveSingleItem();
        ended.Protocol.ShouldBe(protocol);
        ended.Reason.ShouldBe(EndReason.DeadPeer);
        relay.Brain.Registry.InFlight.ShouldBe(0);
    }
}
