using K8sLb.Sidecar.Relay.Framing.Http2;
using static K8sLb.Relay.Tests.Framing.Http2Frames;

namespace K8sLb.Relay.Tests.Framing;

public sealed class Http2TrafficTests
{
    private readonly Http2Traffic traffic = Http2Traffic.WithPriorKnowledge();
    private long now;

    [Fact]
    public void A_stream_lives_until_both_sides_have_ended_it()
    {
        Client(Preface, Settings(), Headers(1, end: true), Headers(3), Data(3, 100));
        traffic.OpenStreams.ShouldBe(2);
        traffic.HighestClientStream.ShouldBe(3u);
        Server(Settings(), Headers(1), Data(1, 50, end: true));
        traffic.OpenStreams.ShouldBe(1);
        Server(Headers(3), Data(3, 10, end: true));
        traffic.OpenStreams.ShouldBe(1);
        Client(Data(3, 0, end: true));
        traffic.OpenStreams.ShouldBe(0);
    }

    [Fact]
    public void Trailers_end_a_stream()
    {
        Client(Preface, Headers(1), Data(1, 5), Headers(1, end: true));
        Server(Headers(1), Data(1, 5), Headers(1, end: true));
        traffic.OpenStreams.ShouldBe(0);
    }

    [Fact]
    public void A_reset_from_either_side_ends_a_stream()
    {
        Client(Preface, Headers(1), Headers(3), Reset(1));
        Server(Reset(3, code: 0));
        traffic.OpenStreams.ShouldBe(0);
    }

    [Fact]
    public void A_pushed_stream_ends_with_its_response()
    {
        Client(Preface, Headers(1, end: true));
        Server(PushPromise(1, 2), Headers(1, end: true));
        traffic.OpenStreams.ShouldBe(1);
        Server(Headers(2), Data(2, 1, end: true));
        traffic.OpenStreams.ShouldBe(0);
    }

    [Fact]
    public void Nothing_may_be_injected_inside_a_frame_or_a_header_block()
    {
        Client(Preface, Headers(1, end: true));
        traffic.CanInject.ShouldBeTrue();
        Server(Headers(1, whole: false));
        traffic.CanInject.ShouldBeFalse();
        Server(Continuation(1, whole: false));
        traffic.CanInject.ShouldBeFalse();
        Server(Continuation(1, whole: true));
        traffic.CanInject.ShouldBeTrue();
        Server(Data(1, 100)[..50]);
        traffic.CanInject.ShouldBeFalse();
        Server(new byte[59]);
        traffic.CanInject.ShouldBeTrue();
    }

    [Fact]
    public void The_answer_to_the_relays_ping_is_taken_out_and_others_pass()
    {
        traffic.Pinged(0xfeed);
        Client([.. Preface, .. Ping(1, ack: true)]).ShouldBe([.. Preface, .. Ping(1, ack: true)]);
        traffic.PingAnswered.ShouldBeFalse();
        Client([.. Ping(0xfeed), .. Ping(0xfeed, ack: true), .. Ping(0xfeed, ack: true)])
            .ShouldBe([.. Ping(0xfeed), .. Ping(0xfeed, ack: true)]);
        traffic.PingAnswered.ShouldBeTrue();
    }

    [Fact]
    public void The_application_owes_an_answer_to_each_ping_of_the_client()
    {
        Client(Preface, Settings(), Ping(1), Ping(2), Settings(), Ping(9, ack: true));
        traffic.OwesAnswer.ShouldBeTrue();
        Server(Settings(), Ping(7), Ping(1, ack: true));
        traffic.OwesAnswer.ShouldBeTrue();
        Server(Ping(2, ack: true));
        traffic.OwesAnswer.ShouldBeFalse();

        Server(Ping(3, ack: true));
        Client(Ping(4));
        traffic.OwesAnswer.ShouldBeTrue("an answer that nobody asked for is none in advance");
    }

    [Fact]
    public void Streams_after_the_last_one_are_dropped_whole_and_their_window_is_known()
    {
        Client(Preface, Headers(1));
        traffic.Finalise();
        var late = Client(
            Headers(3, whole: false),
            Continuation(3, whole: true),
            Data(3, 700, end: true),
            Reset(3),
            Data(1, 9)
        );
        late.ShouldBe(Data(1, 9));
        traffic.DroppedContent.ShouldBe(700u);
        traffic.OpenStreams.ShouldBe(1);
        traffic.HighestClientStream.ShouldBe(1u);
    }

    [Fact]
    public void Trailers_behind_a_dropped_header_block_are_never_passed_on()
    {
        Client(Preface, Headers(1));
        traffic.Finalise();
        Client(Headers(3));
        Violation(Headers(1, end: true)).ShouldBe(Http2Error.NoError);
    }

    [Fact]
    public void A_connection_upgraded_from_HTTP_1_begins_with_stream_1()
    {
        var upgraded = Http2Traffic.AfterUpgrade();
        upgraded.OpenStreams.ShouldBe(1);
        upgraded.HighestClientStream.ShouldBe(1u);
        upgraded.ReadServer(Headers(1, end: true), 0, out _).ShouldBe(Verdict.Forward);
        upgraded.OpenStreams.ShouldBe(0);
    }

    [Fact]
    public void The_servers_frame_size_binds_the_client()
    {
        Client(Preface);
        Violation(Data(1, 16_385)).ShouldBe(Http2Error.FrameSizeError);
        Server(Settings((5, 20_000)));
        Client(Data(1, 16_385));
        Server(Settings((5, 16_384)));
        Client(Data(1, 20_000));
        Violation(Data(1, 20_001)).ShouldBe(Http2Error.FrameSizeError);
    }

    [Fact]
    public void The_applications_own_GOAWAY_is_seen()
    {
        Server(GoAway(5));
        traffic.ServerLastStream.ShouldBe(5u);
    }

    [Fact]
    public void Something_else_than_the_preface_is_refused() =>
        Violation(Splits.Bytes("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")).ShouldBe(Http2Error.ProtocolError);

    public static TheoryData<string> Floods => [.. FloodFrames.Keys];

    private static readonly Dictionary<string, Func<uint, byte[]>> FloodFrames = new()
    {
        ["rapid reset, CVE-2023-44487"] = n => [.. Headers(2 * n + 1), .. Reset(2 * n + 1)],
        ["CONTINUATION flood, CVE-2024-27316"] = n => n == 0 ? Headers(1, whole: false) : Continuation(1, whole: false),
        ["empty CONTINUATION flood"] = n => n == 0 ? Headers(1, whole: false) : Continuation(1, whole: false, size: 0),
        ["PING flood, CVE-2019-9512"] = n => Ping(n),
        ["PRIORITY flood, CVE-2019-9513"] = _ => Frame(FrameType.Priority, 0, 1, new byte[5]),
        ["SETTINGS flood, CVE-2019-9515"] = _ => Settings(),
        ["PING acknowledgement flood"] = n => Ping(n, ack: true),
        ["SETTINGS acknowledgement flood"] = _ => Frame(FrameType.Settings, FrameFlags.Ack, 0),
        ["WINDOW_UPDATE flood"] = _ => WindowUpdate(1),
        ["empty DATA flood, CVE-2019-9518"] = _ => Data(1, 0),
        ["endless open streams"] = n => Headers(2 * n + 1),
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public void A_flood_is_cut(string name)
    {
        Client(Preface);
        for (uint n = 0; n < 20_000; n++)
        {
            if (Passes(FloodFrames[name](n)) is { } error)
            {
                error.ShouldBe(Http2Error.EnhanceYourCalm);
                return;
            }
        }
        Assert.Fail($"{name} was never cut");
    }

    [Fact]
    public void Resets_that_the_client_provokes_are_a_flood_as_well()
    {
        Client(Preface);
        var cut = Enumerable
            .Range(0, 5_000)
            .Any(n => traffic.ReadServer(Reset(1, code: 1), now, out _) == Verdict.Violation);
        cut.ShouldBeTrue("CVE-2025-8671");
    }

    [Fact]
    public void Window_given_back_for_content_is_no_flood()
    {
        Client(Preface);
        Client(Headers(1));
        for (var n = 0; n < 50_000; n++)
        {
            Server(Data(1, 1));
            Client(WindowUpdate(1), WindowUpdate(0));
        }
    }

    [Fact]
    public void The_answer_to_a_PING_of_the_relay_that_another_overtook_stays_here()
    {
        Client(Preface);
        traffic.Pinged(7);
        traffic.Pinged(8);

        Client(Ping(7, ack: true)).ShouldBeEmpty();
        traffic.PingAnswered.ShouldBeFalse();
        Client(Ping(8, ack: true)).ShouldBeEmpty();
        traffic.PingAnswered.ShouldBeTrue();
        Client(Ping(7, ack: true)).ShouldNotBeEmpty("that one is the application's");
    }

    [Fact]
    public void Honest_rates_pass()
    {
        Client(Preface);
        for (uint n = 0; n < 20_000; n++)
        {
            now += 5;
            Client(Headers(2 * n + 1, end: n % 2 == 0), Ping(n), Reset(2 * n + 1));
            traffic.ReadServer(Reset(2 * n + 1, code: 0), now, out _).ShouldBe(Verdict.Forward);
        }
    }

    private byte[] Client(params byte[][] frames) => Pass(traffic.ReadClient, frames);

    private byte[] Server(params byte[][] frames) => Pass(traffic.ReadServer, frames);

    private Http2Error Violation(params byte[][] frames) => Passes(frames).ShouldNotBeNull();

    private Http2Error? Passes(params byte[][] frames)
    {
        ReadOnlySpan<byte> rest = (byte[])[.. frames.SelectMany(frame => frame)];
        while (!rest.IsEmpty)
        {
            if (traffic.ReadClient(rest, now, out var consumed) == Verdict.Violation)
            {
                return traffic.Error;
            }
            rest = rest[consumed..];
        }
        return null;
    }

    private delegate Verdict Read(ReadOnlySpan<byte> input, long nowMs, out int consumed);

    /// <returns>What was forwarded.</returns>
    private byte[] Pass(Read read, byte[][] frames)
    {
        var forwarded = new List<byte>();
        ReadOnlySpan<byte> rest = (byte[])[.. frames.SelectMany(frame => frame)];
        while (!rest.IsEmpty)
        {
            var verdict = read(rest, now, out var consumed);
            verdict.ShouldBeOneOf(Verdict.Forward, Verdict.Drop);
            if (verdict == Verdict.Forward)
            {
                forwarded.AddRange(rest[..consumed]);
            }
            rest = rest[consumed..];
        }
        return [.. forwarded];
    }
}
