using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace K8sLb.Load.Tests;

public sealed partial class WebSocketFailureTests
{
    [Fact]
    public async Task A_session_cut_between_messages_counts_as_a_failed_message()
    {
        await using var server = new ScriptedServer(async client =>
        {
            using var socket = await AcceptAsync(client);
            await EchoAsync(socket, client);
        });

        // Upgrade, echo, and the message that the session would have carried.
        var report = await LoadOn.Server(server, LoadOn.OneWebSocket(3, meanIntervalMs: 400));

        report.ShouldHaveFailed(FailureKind.WebSocketCut);
        report.Requests.ShouldBe(3);
        report.Cut.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_cut_before_the_echo_fails_that_message(bool reset)
    {
        await using var server = new ScriptedServer(async client =>
        {
            using var socket = await AcceptAsync(client);
            await socket.ReceiveAsync(new byte[100].AsMemory(), client.Stopping);
            if (reset)
            {
                client.Reset();
            }
        });

        var report = await LoadOn.Server(server, LoadOn.OneWebSocket(2));

        report.ShouldHaveFailed(FailureKind.WebSocketCut);
        report.Cut.ShouldBe(1);
    }

    [Fact]
    public async Task Going_away_between_messages_is_polite_and_the_client_connects_again()
    {
        await using var server = new ScriptedServer(async client =>
        {
            using var socket = await AcceptAsync(client);
            await EchoAsync(socket, client);
            await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, null, client.Stopping);
        });

        var report = await LoadOn.Server(server, LoadOn.OneWebSocket(4, meanIntervalMs: 400));

        report.Failed.ShouldBe(0);
        report.ConnectionsOpened.ShouldBe(2);
        report.ReleasedPolitely.ShouldBeGreaterThanOrEqualTo(1);
        report.Moves.Told.ShouldBe(report.ReleasedPolitely);
        report.Moves.Reconnected.ShouldBe(1);
        report.Cut.ShouldBe(0);
    }

    /// <summary>A client that has got Close is about to answer it, however long the server takes to end the connection.</summary>
    [Fact]
    public async Task Nothing_is_sent_behind_a_close_whose_connection_stays_open()
    {
        await using var server = new ScriptedServer(async client =>
        {
            using var socket = await AcceptAsync(client);
            if (!await EchoAsync(socket, client))
            {
                return;
            }
            await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, client.Stopping);
            (await socket.ReceiveAsync(new byte[100].AsMemory(), client.Stopping)).MessageType.ShouldBe(
                WebSocketMessageType.Close
            );
            await client.IdleAsync();
        });

        // Twice an upgrade and an echo, and the upgrade that follows the second Close: there the load is over.
        var report = await LoadOn.Server(server, LoadOn.OneWebSocket(5, meanIntervalMs: 400));

        report.Failed.ShouldBe(0);
        report.ReleasedPolitely.ShouldBe(2);
    }

    [Fact]
    public async Task Going_away_before_the_echo_leaves_a_message_unanswered()
    {
        await using var server = new ScriptedServer(async client =>
        {
            using var socket = await AcceptAsync(client);
            await socket.ReceiveAsync(new byte[100].AsMemory(), client.Stopping);
            await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, null, client.Stopping);
        });

        var report = await LoadOn.Server(server, LoadOn.OneWebSocket(2));

        report.ShouldHaveFailed(FailureKind.WebSocketUnanswered);
        report.UnansweredAtClose.ShouldBe(1);
        report.ReleasedPolitely.ShouldBe(1);
    }

    [Fact]
    public async Task A_close_frame_that_tells_of_an_error_is_no_polite_one()
    {
        await using var server = new ScriptedServer(async client =>
        {
            using var socket = await AcceptAsync(client);
            await socket.ReceiveAsync(new byte[100].AsMemory(), client.Stopping);
            await socket.CloseAsync(WebSocketCloseStatus.InternalServerError, null, client.Stopping);
        });

        var report = await LoadOn.Server(server, LoadOn.OneWebSocket(2));

        report.ShouldHaveFailed(FailureKind.WebSocketCut);
        report.Cut.ShouldBe(1);
    }

    [Fact]
    public async Task A_ping_between_messages_costs_nothing()
    {
        await using var server = new ScriptedServer(async client =>
        {
            using var socket = await AcceptAsync(client);
            for (var message = 0; message < 9; message++)
            {
                await EchoAsync(socket, client);
                await client.WriteAsync([0x89, 0x00]); // RFC 6455 section 5.5.2
            }
            // Passes over the last pong, up to the client's close frame, and answers that.
            await socket.ReceiveAsync(new byte[100].AsMemory(), client.Stopping);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, client.Stopping);
        });

        // The upgrade and nine messages.
        var report = await LoadOn.Server(server, LoadOn.OneWebSocket(10));

        report.Failed.ShouldBe(0);
        report.ConnectionsOpened.ShouldBe(1);
        report.Moves.Told.ShouldBe(0);
    }

    [Fact]
    public async Task A_refused_upgrade_is_a_failure()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadRequestAsync();
            await client.WriteAsync("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
            await client.IdleAsync();
        });

        (await LoadOn.Server(server, LoadOn.OneWebSocket(1))).ShouldHaveFailed(FailureKind.ServerError);
    }

    private static async Task<WebSocket> AcceptAsync(ScriptedConnection client)
    {
        var key = KeyHeader().Match(await client.ReadRequestAsync()).Groups[1].Value;
#pragma warning disable CA5350 // prescribed by RFC 6455 section 4.2.2
        var hash = SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
        await client.WriteAsync(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + $"Sec-WebSocket-Accept: {Convert.ToBase64String(hash)}\r\n\r\n"
        );
        return WebSocket.CreateFromStream(client.Stream, new WebSocketCreationOptions { IsServer = true });
    }

    /// <returns>False where the client had nothing more to say, and was answered so.</returns>
    private static async Task<bool> EchoAsync(WebSocket socket, ScriptedConnection client)
    {
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), client.Stopping);
        if (received.MessageType == WebSocketMessageType.Close)
        {
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, client.Stopping);
            return false;
        }
        await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, true, client.Stopping);
        return true;
    }

    [GeneratedRegex("Sec-WebSocket-Key: (.*)\r\n")]
    private static partial Regex KeyHeader();
}
