using System.Net;
using K8sLb.Protocol;
using K8sLb.Relay.Tests.Harness;
using K8sLb.Sidecar.Relay;
using K8sLb.Sidecar.Relay.Framing.Http2;
using static K8sLb.Relay.Tests.Framing.Http2Frames;

namespace K8sLb.Relay.Tests.Protocols;

/// <summary>
/// .NET's own client, which measures its round trips by PINGs, and an application that takes its time to answer them. A client that gets
/// the answer behind a second GOAWAY ends the connection with PROTOCOL_ERROR, and its streams with it.
/// </summary>
public sealed class DotNetClientReleaseTests
{
    private const ulong Probe = 0x0123;

    [Fact]
    public async Task A_release_while_the_client_waits_for_the_answer_to_its_ping_loses_no_stream()
    {
        using var relay = new RelayFixture(
            PollerKind.Epoll,
            PortProtocol.Http,
            new RelaySettings { GoAwayGraceMs = 60_000 }
        );
        using var http = new HttpClient
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var asking = http.GetAsync(new Uri($"http://{relay.EndPoint}/"), HttpCompletionOption.ResponseHeadersRead);
        var app = await relay.App.AcceptedAsync();
        await app.ReadBytesAsync(Preface.Length);
        await app.SendAsync(Settings());
        await ReadAsync(app, FrameType.Headers);
        await app.SendAsync([.. Frame(FrameType.Settings, FrameFlags.Ack, 0), .. Ok(1), .. Data(1, 10)]);
        var ping = await ReadAsync(app, FrameType.Ping);

        await relay.ReleaseAsync();
        await app.SendAsync(Ping(Probe));
        (await ReadAsync(app, FrameType.Ping)).ShouldBe(
            Ping(Probe, ack: true),
            "the client has answered the relay's too"
        );
        ping[4] |= (byte)FrameFlags.Ack;
        await app.SendAsync([.. ping, .. Data(1, 20, end: true)]);

        using var answer = await asking;
        (await answer.Content.ReadAsByteArrayAsync()).Length.ShouldBe(30);
    }

    /// <summary>:status 200, by HPACK's static table (RFC 7541 appendix A).</summary>
    private static byte[] Ok(uint stream) => Frame(FrameType.Headers, FrameFlags.EndHeaders, stream, 0x88);

    /// <summary>The next frame of its type; others are passed over.</summary>
    private static async Task<byte[]> ReadAsync(Wire app, FrameType type)
    {
        while (true)
        {
            var head = await app.ReadBytesAsync(FrameHeader.Size);
            var frame = FrameHeader.Read(head);
            var payload = await app.ReadBytesAsync(frame.PayloadLength);
            if (frame.Type == type)
            {
                return [.. head, .. payload];
            }
        }
    }
}
