using System.Text;
using K8sLb.Protocol;
using K8sLb.Relay.Tests.Harness;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay;
using K8sLb.Sidecar.Relay.Framing.Http2;
using static K8sLb.Relay.Tests.Framing.Http2Frames;

namespace K8sLb.Relay.Tests.Protocols;

public sealed class EpollHttp2RelayTests() : Http2RelayTests(PollerKind.Epoll);

public sealed class SelectHttp2RelayTests() : Http2RelayTests(PollerKind.Select);

/// <summary>Header blocks here are not real HPACK: the relay must not look into them.</summary>
public abstract class Http2RelayTests(PollerKind kind)
{
    private static readonly byte[] AnnouncedGoAway = GoAway(int.MaxValue);

    [Fact]
    public async Task Frames_pass_both_ways_as_they_are()
    {
        using var relay = Relay();
        var (client, app) = await OpenAsync(relay);
        byte[] up =
        [
            .. Headers(1),
            .. Data(1, 16_000, end: true),
            .. Headers(3, end: true),
            .. Frame((FrameType)0x77, 0, 3, 1, 2),
        ];
        await client.SendAsync(up);
        (await app.ReadBytesAsync(up.Length)).ShouldBe(up);
        await Eventually.IsTrue(() => relay.Brain.Registry.InFlight == 2, "two streams are in flight");
        byte[] down = [.. Headers(3, end: true), .. Headers(1), .. Data(1, 16_384), .. Data(1, 0, end: true)];
        await app.SendAsync(down);
        (await client.ReadBytesAsync(down.Length)).ShouldBe(down);
        await Eventually.IsTrue(() => relay.Brain.Registry.InFlight == 0, "both have ended");
        relay.Account.Live.Http2.ShouldBe(1);
        relay.Connection.State.ShouldBe(ConnectionState.Idle);
    }

    [Fact]
    public async Task A_preface_and_frames_in_single_bytes_pass()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        byte[] all = [.. Preface, .. Settings(), .. Headers(1), .. Data(1, 10, end: true)];
        foreach (var one in all)
        {
            await client.SendAsync([one]);
        }
        (await (await relay.App.AcceptedAsync()).ReadBytesAsync(all.Length)).ShouldBe(all);
    }

    [Fact]
    public async Task A_release_announces_pings_names_the_last_stream_and_closes_when_it_has_ended()
    {
        using var relay = Relay();
        var (client, app) = await OpenAsync(relay);
        await client.SendAsync(Headers(1, end: true));
        await app.ReadBytesAsync(Headers(1).Length);
        await relay.ReleaseAsync();
        (await client.ReadBytesAsync(AnnouncedGoAway.Length)).ShouldBe(AnnouncedGoAway);
        var ping = await client.ReadBytesAsync(FrameBuilder.PingSize);
        ping[3].ShouldBe((byte)FrameType.Ping);
        relay.Connection.State.ShouldBe(ConnectionState.Closing);

        // A request that was on its way when the first GOAWAY went out is served.
        await client.SendAsync([.. Headers(3, end: true), .. Ack(ping)]);
        (await app.ReadBytesAsync(Headers(3).Length)).ShouldBe(Headers(3, end: true));
        (await client.ReadBytesAsync(FrameBuilder.GoAwaySize)).ShouldBe(GoAway(3));

        await app.SendAsync([.. Headers(1, end: true), .. Headers(3), .. Data(3, 9, end: true)]);
        await client.ReadBytesAsync(Headers(1).Length + Headers(3).Length + Data(3, 9).Length);
        await client.ShouldEndAsync();
        await app.ShouldEndAsync();
        await relay.AllClosedAsync();
        relay.Account.Totals.Released.ShouldBe(1);
        relay.Brain.Registry.InFlight.ShouldBe(0);
    }

    /// <summary>A client of .NET that gets a second GOAWAY meanwhile takes the answer for a violation, and loses its streams.</summary>
    [Fact]
    public async Task The_last_stream_is_named_behind_the_answer_to_the_clients_own_ping()
    {
        using var relay = Relay(new RelaySettings { GoAwayGraceMs = 60_000 });
        var (client, app) = await OpenAsync(relay);
        await client.SendAsync([.. Headers(1), .. Ping(0xfeed)]);
        await app.ReadBytesAsync(Headers(1).Length + FrameBuilder.PingSize);
        await relay.ReleaseAsync();
        await client.ReadBytesAsync(AnnouncedGoAway.Length);
        var ping = await client.ReadBytesAsync(FrameBuilder.PingSize);
        await client.SendAsync([.. Ack(ping), .. Data(1, 4, end: true)]);
        (await app.ReadBytesAsync(Data(1, 4).Length)).ShouldBe(Data(1, 4, end: true), "the relay has seen its answer");

        byte[] down = [.. Headers(1), .. Ping(0xfeed, ack: true)];
        await app.SendAsync(down);

        (await client.ReadBytesAsync(down.Length)).ShouldBe(down);
        (await client.ReadBytesAsync(FrameBuilder.GoAwaySize)).ShouldBe(GoAway(1));
        await app.SendAsync(Data(1, 0, end: true));
        await client.ReadBytesAsync(Data(1, 0).Length);
        await client.ShouldEndAsync();
    }

    [Fact]
    public async Task An_idle_connection_gets_both_phases_too()
    {
        using var relay = Relay();
        var (client, app) = await OpenAsync(relay);
        await relay.ReleaseAsync();
        (await client.ReadBytesAsync(AnnouncedGoAway.Length)).ShouldBe(AnnouncedGoAway);
        var ping = await client.ReadBytesAsync(FrameBuilder.PingSize);
        await client.SendAsync([.. Headers(1, end: true), .. Ack(ping)]);
        (await client.ReadBytesAsync(FrameBuilder.GoAwaySize)).ShouldBe(GoAway(1));
        await app.ReadBytesAsync(Headers(1).Length);
        await app.SendAsync(Headers(1, end: true));
        (await client.ReadBytesAsync(Headers(1).Length)).ShouldBe(Headers(1, end: true));
        await client.ShouldEndAsync();
    }

    [Fact]
    public async Task A_client_that_does_not_answer_the_ping_gets_its_last_stream_after_the_grace()
    {
        using var relay = Relay(new RelaySettings { GoAwayGraceMs = 100 });
        var (client, app) = await OpenAsync(relay);
        await client.SendAsync(Headers(1));
        await app.ReadBytesAsync(Headers(1).Length);
        await relay.ReleaseAsync();
        await client.ReadBytesAsync(AnnouncedGoAway.Length + FrameBuilder.PingSize);
        (await client.ReadBytesAsync(FrameBuilder.GoAwaySize)).ShouldBe(GoAway(1));

        // Later streams were promised not to be processed: they are not, and their window comes back.
        await client.SendAsync([.. Headers(3), .. Data(3, 700, end: true), .. Data(1, 4, end: true)]);
        (await app.ReadBytesAsync(Data(1, 4).Length)).ShouldBe(Data(1, 4, end: true));
        var window = await client.ReadBytesAsync(FrameBuilder.WindowUpdateSize);
        window[3].ShouldBe((byte)FrameType.WindowUpdate);
        window[^2..].ShouldBe([700 >> 8, 700 & 0xff]);
        await app.SendAsync(Headers(1, end: true));
        (await client.ReadBytesAsync(Headers(1).Length)).ShouldBe(Headers(1, end: true));
        await client.ShouldEndAsync();
    }

    [Fact]
    public async Task Nothing_comes_between_a_header_block_and_its_continuation()
    {
        using var relay = Relay();
        var (client, app) = await OpenAsync(relay);
        await client.SendAsync(Headers(1, end: true));
        await app.ReadBytesAsync(Headers(1).Length);
        var begun = Headers(1, whole: false);
        await app.SendAsync(begun);
        await client.ReadBytesAsync(begun.Length);
        await relay.ReleaseAsync();
        byte[] rest = [.. Continuation(1, whole: false), .. Continuation(1, whole: true)];
        await app.SendAsync(rest);
        (await client.ReadBytesAsync(rest.Length + AnnouncedGoAway.Length)).ShouldBe([.. rest, .. AnnouncedGoAway]);
    }

    [Fact]
    public async Task Nothing_comes_inside_a_frame()
    {
        using var relay = Relay();
        var (client, app) = await OpenAsync(relay);
        await client.SendAsync(Headers(1, end: true));
        await app.ReadBytesAsync(Headers(1).Length);
        byte[] data = [.. Headers(1), .. Data(1, 1000)];
        await app.SendAsync(data[..500]);
        await client.ReadBytesAsync(500);
        await relay.ReleaseAsync();
        await app.SendAsync(data[500..]);
        (await client.ReadBytesAsync(data.Length - 500 + AnnouncedGoAway.Length)).ShouldBe([
            .. data[500..],
            .. AnnouncedGoAway,
        ]);
    }

    [Fact]
    public async Task A_release_waits_for_the_applications_preface()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync([.. Preface, .. Settings()]);
        var app = await relay.App.AcceptedAsync();
        await app.ReadBytesAsync(Preface.Length + Settings().Length);
        await relay.ReleaseAsync();
        var settings = Settings((3, 100));
        await app.SendAsync(settings);
        (await client.ReadBytesAsync(settings.Length + AnnouncedGoAway.Length)).ShouldBe([
            .. settings,
            .. AnnouncedGoAway,
        ]);
    }

    [Fact]
    public async Task Behind_the_applications_own_GOAWAY_no_higher_stream_is_named()
    {
        using var relay = Relay();
        var (client, app) = await OpenAsync(relay);
        await client.SendAsync(Headers(1));
        await app.ReadBytesAsync(Headers(1).Length);
        await app.SendAsync(GoAway(1));
        (await client.ReadBytesAsync(GoAway(1).Length)).ShouldBe(GoAway(1));
        await relay.ReleaseAsync();
        (await client.ReadBytesAsync(GoAway(1).Length)).ShouldBe(GoAway(1));
    }

    [Fact]
    public async Task A_flood_is_answered_with_ENHANCE_YOUR_CALM()
    {
        using var relay = Relay();
        var (client, app) = await OpenAsync(relay);
        var drain = app.CountToEndAsync();
        for (uint n = 0; n < 10; n++)
        {
            var burst = Enumerable.Range(0, 1_000).SelectMany(i => Ping(1)).ToArray();
            try
            {
                await client.SendAsync(burst);
            }
            catch (System.Net.Sockets.SocketException)
            {
                break;
            }
        }
        var goAway = await client.ReadBytesAsync(FrameBuilder.GoAwaySize);
        goAway[3].ShouldBe((byte)FrameType.GoAway);
        goAway[^1].ShouldBe((byte)Http2Error.EnhanceYourCalm);
        await drain;
        await relay.AllClosedAsync();
    }

    [Fact]
    public async Task Refused_work_is_told_by_a_GOAWAY_that_names_no_stream()
    {
        using var relay = Relay();
        relay.Brain.Target = null;
        using var client = await relay.DialAsync();
        await client.SendAsync([.. Preface, .. Settings(), .. Headers(1, end: true)]);
        (await client.ReadBytesAsync(FrameHeader.Size + FrameBuilder.GoAwaySize)).ShouldBe([
            .. Settings(),
            .. GoAway(0),
        ]);
        await client.ShouldEndAsync();
    }

    [Fact]
    public async Task An_application_that_refuses_is_told_the_same_way()
    {
        using var relay = Relay();
        relay.App.Dispose();
        using var client = await relay.DialAsync();
        await client.SendAsync([.. Preface, .. Settings(), .. Headers(1, end: true)]);
        (await client.ReadBytesAsync(FrameHeader.Size + FrameBuilder.GoAwaySize)).ShouldBe([
            .. Settings(),
            .. GoAway(0),
        ]);
        await client.ShouldEndAsync();
        await relay.AllClosedAsync();
    }

    [Fact]
    public async Task An_application_that_dies_with_streams_open_resets_the_client()
    {
        using var relay = Relay();
        var (client, app) = await OpenAsync(relay);
        await client.SendAsync(Headers(1));
        await app.ReadBytesAsync(Headers(1).Length);
        app.Dispose();
        await client.ShouldBeResetAsync();
        await relay.AllClosedAsync();
        relay.Brain.Failures.ShouldBe([RelayFailure.BrokeOff]);
        relay.Account.Totals.Forced.ShouldBe(1);
        relay.Brain.Registry.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task An_application_that_ends_behind_its_own_GOAWAY_resets_nobody()
    {
        using var relay = Relay();
        var (client, app) = await OpenAsync(relay);
        await client.SendAsync(Headers(1));
        await app.ReadBytesAsync(Headers(1).Length);
        await app.SendAsync(GoAway(0));
        app.Dispose();
        (await client.ReadBytesAsync(GoAway(0).Length)).ShouldBe(GoAway(0));
        await client.ShouldEndAsync();
        await relay.AllClosedAsync();
        relay.Brain.Failures.ShouldBeEmpty();
        relay.Brain.Registry.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task HTTP_1_1_can_upgrade_to_h2c()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(
            "GET / HTTP/1.1\r\nHost: web\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"
        );
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        var accepted = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
        await app.SendAsync([.. Encoding.ASCII.GetBytes(accepted), .. Settings()]);
        (await client.ReadHeadAsync()).ShouldBe(accepted);
        (await client.ReadBytesAsync(Settings().Length)).ShouldBe(Settings());
        byte[] up = [.. Preface, .. Settings(), .. Headers(3, end: true)];
        await client.SendAsync(up);
        (await app.ReadBytesAsync(up.Length)).ShouldBe(up);
        await Eventually.IsTrue(() => relay.Brain.Registry.InFlight == 2, "stream 1 is the request that upgraded");
        relay.Account.Live.Http2.ShouldBe(1);
        await relay.ReleaseAsync();
        await client.ReadBytesAsync(AnnouncedGoAway.Length);
        await client.SendAsync(Ack(await client.ReadBytesAsync(FrameBuilder.PingSize)));
        (await client.ReadBytesAsync(FrameBuilder.GoAwaySize)).ShouldBe(GoAway(3));
        await app.SendAsync([.. Headers(1, end: true), .. Headers(3, end: true)]);
        await client.ReadBytesAsync(2 * Headers(1).Length);
        await client.ShouldEndAsync();
        await relay.AllClosedAsync();
    }

    private RelayFixture Relay(RelaySettings? settings = null) => new(kind, PortProtocol.Http, settings);

    private static async Task<(Wire Client, Wire App)> OpenAsync(RelayFixture relay)
    {
        var client = await relay.DialAsync();
        await client.SendAsync([.. Preface, .. Settings()]);
        var app = await relay.App.AcceptedAsync();
        (await app.ReadBytesAsync(Preface.Length + Settings().Length)).ShouldBe([.. Preface, .. Settings()]);
        await app.SendAsync(Settings());
        (await client.ReadBytesAsync(Settings().Length)).ShouldBe(Settings());
        return (client, app);
    }

    /// <summary>The answer to a PING frame.</summary>
    private static byte[] Ack(byte[] ping)
    {
        var ack = (byte[])ping.Clone();
        ack[4] |= (byte)FrameFlags.Ack;
        return ack;
    }
}
