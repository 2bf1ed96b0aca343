using K8sLb.Protocol;
using K8sLb.Relay.Tests.Harness;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay;
using K8sLb.Sidecar.Relay.Framing.WebSocket;
using static K8sLb.Relay.Tests.Framing.WebSocketScannerTests;

namespace K8sLb.Relay.Tests.Protocols;

public sealed class EpollWebSocketRelayTests() : WebSocketRelayTests(PollerKind.Epoll);

public sealed class SelectWebSocketRelayTests() : WebSocketRelayTests(PollerKind.Select);

public abstract class WebSocketRelayTests(PollerKind kind)
{
    private static readonly byte[] Close1001 = [0x88, 0x02, 0x03, 0xe9];

    [Fact]
    public async Task Frames_pass_both_ways_as_they_are()
    {
        using var relay = Relay();
        var (client, app) = await UpgradeAsync(relay);
        byte[] up = [.. Frame(Opcode.Text, 5, masked: true), .. Frame(Opcode.Binary, 70_000, masked: true)];
        await client.SendAsync(up);
        (await app.ReadBytesAsync(up.Length)).ShouldBe(up);
        byte[] down =
        [
            .. Frame(Opcode.Text, 5, final: false),
            .. Frame(Opcode.Ping, 2),
            .. Frame(Opcode.Continuation, 200),
        ];
        await app.SendAsync(down);
        (await client.ReadBytesAsync(down.Length)).ShouldBe(down);
        relay.Account.Live.WebSocket.ShouldBe(1);
        relay.Brain.Registry.InFlight.ShouldBe(1);
    }

    [Fact]
    public async Task Frames_behind_either_head_are_not_lost()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        var early = Frame(Opcode.Text, 3, masked: true);
        await client.SendAsync([.. System.Text.Encoding.ASCII.GetBytes(Request), .. early]);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        var first = Frame(Opcode.Text, 4);
        await app.SendAsync([.. System.Text.Encoding.ASCII.GetBytes(Response), .. first]);
        (await client.ReadHeadAsync()).ShouldBe(Response);
        (await client.ReadBytesAsync(first.Length)).ShouldBe(first);
        (await app.ReadBytesAsync(early.Length)).ShouldBe(early);
    }

    [Fact]
    public async Task A_release_tells_both_sides_1001_and_closes()
    {
        using var relay = Relay();
        var (client, app) = await UpgradeAsync(relay);
        await relay.ReleaseAsync();
        (await client.ReadBytesAsync(4)).ShouldBe(Close1001);
        relay.Connection.State.ShouldBe(ConnectionState.Closing);
        var message = Frame(Opcode.Text, 7, masked: true);
        byte[] echo = [0x88, 0x82, 1, 2, 3, 4, 0x03 ^ 1, 0xe9 ^ 2];
        await client.SendAsync([.. message, .. echo]);
        (await app.ReadBytesAsync(message.Length + echo.Length)).ShouldBe([.. message, .. echo]);
        await app.SendAsync(Close1001);
        (await client.ReadToEndAsync()).ShouldBe("", "the application's echo stays behind: the client has its Close");
        await relay.AllClosedAsync();
        relay.Account.Totals.Released.ShouldBe(1);
        relay.Brain.Registry.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task A_release_waits_for_the_end_of_a_fragmented_message()
    {
        using var relay = Relay();
        var (client, app) = await UpgradeAsync(relay);
        byte[] begun =
        [
            .. Frame(Opcode.Text, 300, final: false),
            .. Frame(Opcode.Continuation, 100, final: false)[..50],
        ];
        await app.SendAsync(begun);
        (await client.ReadBytesAsync(begun.Length)).ShouldBe(begun);
        await relay.ReleaseAsync(ReleaseUrgency.AtNextBoundary);
        byte[] rest = [.. new byte[52], .. Frame(Opcode.Ping, 3), .. Frame(Opcode.Continuation, 9)];
        var late = Frame(Opcode.Text, 6);
        await app.SendAsync([.. rest, .. late]);
        (await client.ReadBytesAsync(rest.Length + 4)).ShouldBe([.. rest, .. Close1001], "and nothing follows a Close");
        await client.SendAsync([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]);
        (await app.ReadBytesAsync(8))[0].ShouldBe((byte)0x88);
        await app.SendAsync(Close1001);
        await client.ShouldEndAsync();
    }

    /// <summary>In one segment: a client that is about to write its next message finds the Close when it has read the answer.</summary>
    [Fact]
    public async Task A_release_behind_an_answer_comes_with_it()
    {
        for (var round = 0; round < 20; round++)
        {
            using var relay = Relay();
            var (client, app) = await UpgradeAsync(relay);
            var message = Frame(Opcode.Text, 7, masked: true);
            await client.SendAsync(message);
            await app.ReadBytesAsync(message.Length);
            await relay.ReleaseAsync(ReleaseUrgency.AfterAnswer);
            var answer = Frame(Opcode.Text, 7);
            await app.SendAsync(answer);
            var first = new byte[100];
            var count = await client.Socket.ReceiveAsync(first);
            first[..count].ShouldBe([.. answer, .. Close1001]);
        }
    }

    /// <summary>Whatever the moment, and however the messages are cut, nothing is truncated.</summary>
    [Fact]
    public async Task A_release_in_the_midst_of_traffic_cuts_no_message()
    {
        for (var round = 0; round < 6; round++)
        {
            using var relay = Relay(new RelaySettings { CloseAnswerMs = 50 });
            var (client, app) = await UpgradeAsync(relay);
            var message = Frame(Opcode.Binary, 1 + round * 70);
            var sending = SendUntilClosedAsync(app, message);
            await client.ReadBytesAsync(message.Length * 3);
            relay.Connection.Release(ReleaseUrgency.AtNextBoundary);
            var scanner = WebSocketScanner.OfServer();
            var closed = false;
            var rest = System.Text.Encoding.Latin1.GetBytes(await client.ReadToEndAsync());
            for (var at = 0; at < rest.Length; )
            {
                var step = scanner.Next(rest.AsSpan(at), out var consumed, out var frame);
                step.ShouldBeOneOf(WebSocketStep.Frame, WebSocketStep.Payload);
                closed.ShouldBeFalse();
                closed = step == WebSocketStep.Frame && frame.Opcode == Opcode.Close;
                at += consumed;
            }
            scanner.AtMessageBoundary.ShouldBeTrue();
            closed.ShouldBeTrue();
            await sending;
        }
    }

    [Fact]
    public async Task An_answer_that_the_client_waits_for_comes_before_the_Close()
    {
        using var relay = Relay();
        var (client, app) = await UpgradeAsync(relay);
        var question = Frame(Opcode.Text, 5, masked: true);
        await client.SendAsync(question);
        await app.ReadBytesAsync(question.Length);
        await relay.ReleaseAsync(ReleaseUrgency.WhenSettled);
        relay.Connection.State.ShouldBe(ConnectionState.Active);
        var answer = Frame(Opcode.Text, 9);
        await app.SendAsync(answer);
        (await client.ReadBytesAsync(answer.Length + 4)).ShouldBe([.. answer, .. Close1001]);
    }

    [Fact]
    public async Task A_release_after_an_answer_waits_for_one_and_a_more_urgent_one_does_not()
    {
        using var relay = Relay();
        var (client, app) = await UpgradeAsync(relay);
        await relay.ReleaseAsync(ReleaseUrgency.AfterAnswer);
        relay.Connection.State.ShouldBe(ConnectionState.Active);
        var question = Frame(Opcode.Text, 5, masked: true);
        await client.SendAsync(question);
        await app.ReadBytesAsync(question.Length);
        await relay.ReleaseAsync(ReleaseUrgency.AtNextBoundary);
        (await client.ReadBytesAsync(4)).ShouldBe(Close1001);
    }

    /// <summary>A server's keep-alive comes at any time, and just before the client's next message as well.</summary>
    [Theory]
    [InlineData(Opcode.Ping)]
    [InlineData(Opcode.Pong)]
    internal async Task A_control_frame_of_the_application_is_no_answer(Opcode opcode)
    {
        using var relay = Relay();
        var (client, app) = await UpgradeAsync(relay);
        await relay.ReleaseAsync(ReleaseUrgency.AfterAnswer);
        var control = Frame(opcode, 2);
        await app.SendAsync(control);
        (await client.ReadBytesAsync(control.Length)).ShouldBe(control);
        relay.Connection.State.ShouldBe(ConnectionState.Active);
        var question = Frame(Opcode.Text, 5, masked: true);
        await client.SendAsync(question);
        (await app.ReadBytesAsync(question.Length)).ShouldBe(question);
        var answer = Frame(Opcode.Text, 5);
        await app.SendAsync(answer);
        (await client.ReadBytesAsync(answer.Length + 4)).ShouldBe([.. answer, .. Close1001]);
    }

    [Fact]
    public async Task A_client_that_does_not_answer_is_closed_and_the_application_is_told()
    {
        using var relay = Relay(new RelaySettings { CloseAnswerMs = 100 });
        var (client, app) = await UpgradeAsync(relay);
        await relay.ReleaseAsync();
        (await client.ReadBytesAsync(4)).ShouldBe(Close1001);
        var close = await app.ReadBytesAsync(8);
        close[..2].ShouldBe([0x88, 0x82]);
        ((close[6] ^ close[2]) << 8 | close[7] ^ close[3]).ShouldBe(1001);
        await app.ShouldEndAsync();
        await client.ShouldEndAsync();
        await relay.AllClosedAsync();
        relay.Account.Totals.Released.ShouldBe(1);
    }

    [Fact]
    public async Task A_close_between_client_and_application_passes_untouched()
    {
        using var relay = Relay();
        var (client, app) = await UpgradeAsync(relay);
        byte[] close = [0x88, 0x85, 9, 8, 7, 6, 3 ^ 9, 0xe8 ^ 8, (byte)'b' ^ 7, (byte)'y' ^ 6, (byte)'e' ^ 9];
        await client.SendAsync(close);
        (await app.ReadBytesAsync(close.Length)).ShouldBe(close);
        byte[] answer = [0x88, 0x02, 0x03, 0xe8];
        await app.SendAsync(answer);
        (await client.ReadBytesAsync(4)).ShouldBe(answer);
        await client.ShouldEndAsync();
        await relay.AllClosedAsync();
        relay.Account.Totals.Finished.ShouldBe(1);
    }

    [Fact]
    public async Task A_release_asked_for_during_the_upgrade_is_carried_out_behind_it()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Request);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await relay.ReleaseAsync();
        await app.SendAsync(Response);
        (await client.ReadHeadAsync()).ShouldBe(Response);
        (await client.ReadBytesAsync(4)).ShouldBe(Close1001);
    }

    [Fact]
    public async Task Frames_that_nobody_could_read_end_it_with_1002()
    {
        using var relay = Relay();
        var (client, app) = await UpgradeAsync(relay);
        await client.SendAsync(Frame(Opcode.Text, 3));
        (await client.ReadBytesAsync(4)).ShouldBe([0x88, 0x02, 0x03, 0xea]);
        (await app.ReadBytesAsync(8))[..2].ShouldBe([0x88, 0x82]);
        await app.ShouldEndAsync();
        await relay.AllClosedAsync();
        relay.Brain.Failures.ShouldBe([RelayFailure.BadRequest]);
    }

    [Fact]
    public async Task Frames_of_the_application_that_nobody_could_read_end_it_as_well()
    {
        using var relay = Relay();
        var (client, app) = await UpgradeAsync(relay);
        await app.SendAsync(Frame(Opcode.Text, 3, masked: true));
        (await client.ReadBytesAsync(4)).ShouldBe([0x88, 0x02, 0x03, 0xea]);
        await client.ShouldEndAsync();
        await relay.AllClosedAsync();
        relay.Brain.Failures.ShouldBe([RelayFailure.BadResponse]);
    }

    [Fact]
    public async Task An_application_that_dies_ends_the_client()
    {
        using var relay = Relay();
        var (client, app) = await UpgradeAsync(relay);
        app.Reset();
        await client.ShouldBeResetAsync();
        await relay.AllClosedAsync();
        relay.Brain.Failures.ShouldBe([RelayFailure.BrokeOff]);
        relay.Brain.Registry.InFlight.ShouldBe(0);
    }

    internal const string Request =
        "GET /ws HTTP/1.1\r\nHost: web\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n";

    internal const string Response =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n";

    private RelayFixture Relay(RelaySettings? settings = null) => new(kind, PortProtocol.Http, settings);

    private static async Task<(Wire Client, Wire App)> UpgradeAsync(RelayFixture relay)
    {
        var client = await relay.DialAsync();
        await client.SendAsync(Request);
        var app = await relay.App.AcceptedAsync();
        (await app.ReadHeadAsync()).ShouldBe(Request);
        await app.SendAsync(Response);
        (await client.ReadHeadAsync()).ShouldBe(Response);
        await Eventually.IsTrue(() => relay.Account.Live.WebSocket == 1, "it is a WebSocket");
        return (client, app);
    }

    private static async Task SendUntilClosedAsync(Wire app, byte[] message)
    {
        try
        {
            while (true)
            {
                await app.SendAsync(message);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The relay has closed it.
        }
    }
}
