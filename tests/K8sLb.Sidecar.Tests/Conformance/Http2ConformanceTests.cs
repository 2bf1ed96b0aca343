using System.Buffers.Binary;
using System.Net;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;
using static K8sLb.Sidecar.Tests.Fixtures.RawHttp2;

namespace K8sLb.Sidecar.Tests.Conformance;

/// <summary>
/// RFC 9113 as a strict checker asks for it, through the relay in front of an application that keeps to it.
/// </summary>
public sealed class Http2ConformanceTests(Http2ConformanceTests.OneMember one)
    : IClassFixture<Http2ConformanceTests.OneMember>
{
    public static TheoryData<string> Offences => [.. Http2Offences.All.Keys];

    [Theory]
    [MemberData(nameof(Offences))]
    public async Task An_offence_is_answered_as_specified(string what)
    {
        var offence = Http2Offences.All[what];
        await using var client = await RawHttp2.ConnectAsync(one.Http);

        var answer = await AnswerAsync(client, offence);

        answer.ShouldBeOneOf(offence.Codes);
    }

    [Fact]
    public async Task Another_preface_ends_the_connection()
    {
        await using var client = await RawHttp.ConnectAsync(one.Http);
        await client.SendAsync("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");
        await client.CountToEndAsync();
    }

    [Fact]
    public async Task Unknown_frames_and_flags_are_ignored()
    {
        await using var client = await RawHttp2.ConnectAsync(one.Http);
        await client.SendAsync([.. Frame(0x42, 0xff, 0, [1, 2, 3]), .. Frame(Ping, 0xfe, 0, [1, 2, 3, 4, 5, 6, 7, 8])]);

        var pong = (await client.NextAsync()).ShouldNotBeNull();

        pong.Type.ShouldBe(Ping);
        pong.Payload.ShouldBe([1, 2, 3, 4, 5, 6, 7, 8]);
    }

    [Fact]
    public async Task Content_waits_for_the_clients_window()
    {
        await using var client = await RawHttp2.ConnectAsync(one.Http);
        await client.SendAsync(Frame(Settings, 0, 0, [0, 4, 0, 0, 0, 1]));
        var id = await client.GetAsync("/");

        RawFrame frame;
        do
        {
            frame = (await client.NextAsync()).ShouldNotBeNull();
        } while (frame.Type != Data);

        frame.Stream.ShouldBe(id);
        frame.Payload.Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_header_block_in_many_frames_is_one_request()
    {
        await using var client = await RawHttp2.ConnectAsync(one.Http);
        byte[] block =
        [
            .. Literal(":method", "GET"),
            .. Literal(":scheme", "http"),
            .. Literal(":path", "/"),
            .. Literal(":authority", "shop.test"),
        ];
        await client.SendAsync([
            .. Frame(Headers, EndStream, 1, block[..10]),
            .. block[10..^1].SelectMany(one => Frame(0x9, 0, 1, [one])),
            .. Frame(0x9, EndHeaders, 1, block[^1..]),
        ]);

        await client.UntilEndOfAsync(1, []);
    }

    /// <returns>The code that the stream or the connection was ended with.</returns>
    private static async Task<ErrorCode> AnswerAsync(RawHttp2 client, Offence offence)
    {
        try
        {
            await client.SendAsync(offence.Frames);
        }
        catch (IOException)
        {
            // Ended in the middle of it; the answer is there to read.
        }
        while (await client.NextAsync() is { } frame)
        {
            if (frame.Type == GoAway)
            {
                return (ErrorCode)BinaryPrimitives.ReadInt32BigEndian(frame.Payload.AsSpan(4));
            }
            if (frame.Type == ResetStream && frame.Stream == offence.Stream && offence.Stream != 0)
            {
                return (ErrorCode)BinaryPrimitives.ReadInt32BigEndian(frame.Payload);
            }
        }
        throw new IOException("ended without an answer");
    }

    public sealed class OneMember : IAsyncLifetime
    {
        private TestPool? pool;

        public IPEndPoint Http => pool![0].Http;

        public async Task InitializeAsync() => pool = await TestMember.PoolAsync();

        public async Task DisposeAsync()
        {
            await Eventually.IsTrue(() => pool![0].Registry.Account().Live.Total == 0, "nothing was left behind");
            pool![0].Registry.InFlight.ShouldBe(0);
            await pool!.DisposeAsync();
        }
    }
}
