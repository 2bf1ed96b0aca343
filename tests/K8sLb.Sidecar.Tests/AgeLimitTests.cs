using System.Net.WebSockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class AgeLimitThroughRelayTests() : AgeLimitTests(PortMode.Relay);

public sealed class AgeLimitThroughProxyTests() : AgeLimitTests(PortMode.Proxy);

/// <summary>Connections that go although nothing drains, with sockets on both ends.</summary>
public abstract class AgeLimitTests(PortMode mode) : DataPathTests(mode)
{
    private static readonly ConnectionPolicy Idle = new() { IdleTimeoutMs = 400 };
    private static readonly ConnectionPolicy Aged = new() { MaxAgeMs = 400 };

    [Fact]
    public async Task Unused_connections_of_every_protocol_go_in_the_way_of_their_protocol()
    {
        await using var pool = await PoolAsync(policy: p => p with { Connections = Idle });
        await using var http1 = await RawHttp.ConnectAsync(pool[0].Http);
        (await http1.RequestAsync("/")).AsksToClose.ShouldBeFalse();
        await using var http2 = await RawHttp2.ConnectAsync(pool[0].Http);
        await http2.UntilEndOfAsync(await http2.GetAsync("/"), []);
        using var socket = await pool[0].OpenWebSocketAsync();
        await using var tcp = await RawHttp.ConnectAsync(new(pool[0].Address, TestMember.TcpPort));
        await Eventually.IsTrue(() => pool[0].Registry.Account().Totals.Opened == 4, "all are open");

        (await http1.EndsAsync()).ShouldBeTrue();
        (await http2.NextAsync()).ShouldNotBeNull().Type.ShouldBe(RawHttp2.GoAway);
        var close = await socket.ReceiveAsync(new byte[16], default).WaitAsync(TimeSpan.FromSeconds(30));
        close.MessageType.ShouldBe(WebSocketMessageType.Close);
        await socket.CloseOutputAsync(socket.CloseStatus!.Value, null, default);
        await tcp.CountToEndAsync();

        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
        await http2.DisposeAsync();
        await AllEndAsync(pool[0], EndReason.IdleTimeout, 4);
    }

    [Fact]
    public async Task A_request_that_takes_long_is_not_idle()
    {
        await using var pool = await PoolAsync(policy: p => p with { Connections = Idle });
        await using var slow = await RawHttp.ConnectAsync(pool[0].Http);
        await slow.GetAsync("/gate");
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "in flight");
        await using var unused = await RawHttp.ConnectAsync(pool[0].Http);
        await unused.RequestAsync("/");

        (await unused.EndsAsync()).ShouldBeTrue();
        pool[0].App.Gate.SetResult();

        (await slow.ReadAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_busy_connection_that_is_too_old_goes_with_an_answer()
    {
        await using var pool = await PoolAsync(policy: p => p with { Connections = Aged });
        await using var http1 = await RawHttp.ConnectAsync(pool[0].Http);
        using var socket = await pool[0].OpenWebSocketAsync();
        var echoing = new BusyWebSocket(socket, seed: 1);
        var running = echoing.RunAsync();

        RawResponse last;
        do
        {
            last = await http1.RequestAsync("/");
            last.Status.ShouldBe(200);
        } while (!last.AsksToClose);

        (await http1.EndsAsync()).ShouldBeTrue();
        await running.WaitAsync(TimeSpan.FromSeconds(30));
        echoing.CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
        echoing.Unanswered.ShouldBe(0);
        await AllEndAsync(pool[0], EndReason.MaxAge, 2);
    }

    private static async Task AllEndAsync(TestMember member, EndReason reason, int count)
    {
        await Eventually.IsTrue(() => member.Registry.Account().Live.Total == 0, "all have ended");
        member.Registry.Account().Totals.Ended.Where(e => e.Reason == reason).Sum(e => e.Count).ShouldBe(count);
        member.Registry.InFlight.ShouldBe(0);
    }
}
