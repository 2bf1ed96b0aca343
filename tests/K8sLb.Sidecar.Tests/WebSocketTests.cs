using System.Net.WebSockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class WebSocketThroughRelayTests() : WebSocketTests(PortMode.Relay);

public sealed class WebSocketThroughProxyTests() : WebSocketTests(PortMode.Proxy);

public abstract class WebSocketTests(PortMode mode) : DataPathTests(mode)
{
    [Fact]
    public async Task Messages_are_echoed_and_the_clients_close_is_answered()
    {
        await using var pool = await PoolAsync();
        using var socket = await pool[0].OpenWebSocketAsync();

        (await EchoAsync(socket, 5)).ShouldBe(5);
        (await EchoAsync(socket, 100_000)).ShouldBe(100_000);
        pool[0].Registry.Account().Live.WebSocket.ShouldBe(1);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);

        await Eventually.IsTrue(() => pool[0].Registry.Account().Totals.Finished == 1, "finished");
        pool[0].App.Closes.ShouldBe([WebSocketCloseStatus.NormalClosure]);
    }

    [Fact]
    public async Task An_idle_one_is_closed_with_1001_on_both_sides()
    {
        await using var pool = await PoolAsync();
        using var socket = await pool[0].OpenWebSocketAsync();
        await EchoAsync(socket, 5);

        var draining = pool[0].DrainAsync();
        await ReceiveCloseAsync(socket);
        await socket.CloseOutputAsync(socket.CloseStatus!.Value, null, default);
        var report = await draining;

        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.EndpointUnavailable);
        report.Released.ShouldBe(1);
        report.Forced.ShouldBe(0);
        await Eventually.IsTrue(() => pool[0].App.Closes.Count == 1, "the application was told");
        pool[0].App.Closes.ShouldBe([WebSocketCloseStatus.EndpointUnavailable]);
    }

    [Fact]
    public async Task One_that_never_answers_the_close_is_ended_all_the_same_and_the_application_told()
    {
        await using var pool = await PoolAsync();
        using var socket = await pool[0].OpenWebSocketAsync();
        await EchoAsync(socket, 5);

        var report = await pool[0].DrainAsync();

        report.Released.ShouldBe(1);
        pool[0].App.Closes.ShouldBe([WebSocketCloseStatus.EndpointUnavailable]);
    }

    [Fact]
    public async Task The_code_of_the_close_is_the_pools_when_the_release_comes()
    {
        const WebSocketCloseStatus Own = (WebSocketCloseStatus)4001;
        await using var pool = await PoolAsync();
        using var socket = await pool[0].OpenWebSocketAsync();
        await EchoAsync(socket, 5);
        pool.Policy = pool.Policy with { Drain = pool.Policy.Drain with { WebSocketCloseCode = (int)Own } };
        await pool.TellAllAsync();

        var draining = pool[0].DrainAsync();
        await ReceiveCloseAsync(socket);
        await draining;

        socket.CloseStatus.ShouldBe(Own);
        pool[0].App.Closes.ShouldBe([Own], "the client gave no answer, so the application is told by the sidecar");
    }

    [Fact]
    public async Task Busy_ones_are_closed_between_messages_and_lose_none()
    {
        const int Clients = 24;
        await using var pool = await PoolAsync();
        var clients = new List<BusyWebSocket>();
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(new(await pool[0].OpenWebSocketAsync(), seed: i));
        }
        var running = clients.Select(c => c.RunAsync()).ToList();
        await Eventually.IsTrue(() => clients.TrueForAll(c => c.Echoed > 3), "all are busy");

        var report = await pool[0].DrainAsync();
        await Task.WhenAll(running).WaitAsync(TimeSpan.FromSeconds(20));

        report.Released.ShouldBe(Clients);
        report.Forced.ShouldBe(0);
        clients.Select(c => c.CloseStatus).ShouldAllBe(s => s == WebSocketCloseStatus.EndpointUnavailable);
        clients.Sum(c => c.Unanswered).ShouldBe(0);
        pool[0].App.Closes.Count.ShouldBe(Clients);
        pool[0].App.Closes.ShouldAllBe(s => s == WebSocketCloseStatus.EndpointUnavailable);
        pool[0].App.Messages.Count.ShouldBe(clients.Sum(c => c.Echoed));
    }

    [Fact]
    public async Task A_message_that_the_client_had_begun_still_reaches_the_application()
    {
        await using var pool = await PoolAsync();
        using var socket = await pool[0].OpenWebSocketAsync();
        await EchoAsync(socket, 5);
        await socket.SendAsync(new byte[1000], WebSocketMessageType.Binary, endOfMessage: false, default);

        var draining = pool[0].DrainAsync();
        await ReceiveCloseAsync(socket);
        await socket.SendAsync(new byte[500], WebSocketMessageType.Binary, endOfMessage: true, default);
        await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, default);
        await draining;

        await Eventually.IsTrue(() => pool[0].App.Closes.Count == 1, "the application was told");
        pool[0].App.Messages.ShouldBe([5, 1500]);
    }

    [Fact]
    public async Task The_deadline_cuts_one_that_never_answers()
    {
        await using var pool = await PoolAsync(policy: p => p with { Drain = p.Drain with { DeadlineMs = 1000 } });
        await using var raw = await RawHttp.ConnectAsync(pool[0].Http);
        await raw.OpenWebSocketAsync("/ws");
        await Eventually.IsTrue(() => pool[0].Registry.Account().Live.WebSocket == 1, "open");

        var report = await pool[0].DrainAsync();

        report.Progress.ShouldBe(DrainProgress.Forced);
        await Eventually.IsTrue(() => pool[0].Registry.Account().Totals.Forced == 1, "forced");
    }

    private static async Task<int> EchoAsync(ClientWebSocket socket, int length)
    {
        await socket.SendAsync(new byte[length], WebSocketMessageType.Binary, endOfMessage: true, default);
        var buffer = new byte[length + 1];
        var received = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(received), default);
            received += part.Count;
            if (part.EndOfMessage)
            {
                return received;
            }
        }
    }

    private static async Task ReceiveCloseAsync(ClientWebSocket socket)
    {
        var part = await socket.ReceiveAsync(new byte[16], default).WaitAsync(TimeSpan.FromSeconds(20));
        part.MessageType.ShouldBe(WebSocketMessageType.Close);
    }
}
