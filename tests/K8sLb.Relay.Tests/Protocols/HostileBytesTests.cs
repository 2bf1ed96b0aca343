using K8sLb.Protocol;
using K8sLb.Relay.Tests.Harness;
using static K8sLb.Relay.Tests.Framing.Http2Frames;

namespace K8sLb.Relay.Tests.Protocols;

/// <summary>They measure the process's memory, so nothing else may run beside them.</summary>
[CollectionDefinition(nameof(MeasuresMemory), DisableParallelization = true)]
public sealed class MeasuresMemory;

[Collection(nameof(MeasuresMemory))]
public sealed class EpollHostileBytesTests() : HostileBytesTests(PollerKind.Epoll);

[Collection(nameof(MeasuresMemory))]
public sealed class SelectHostileBytesTests() : HostileBytesTests(PollerKind.Select);

/// <summary>Clients that send whatever they like cost a bounded amount of memory, and leave nothing behind.</summary>
public abstract class HostileBytesTests(PollerKind kind)
{
    private const int Round = 80;
    private const long MaxGrowth = 8 * 1024 * 1024;

    private const string Upgrade =
        "GET /ws HTTP/1.1\r\nHost: web\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n";

    private const string Upgraded =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n";

    private static readonly Dictionary<string, byte[]> Openings = new()
    {
        ["nothing"] = [],
        ["a request with chunks"] = "POST / HTTP/1.1\r\nHost: web\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(),
        ["a request with content"] = "POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 100000\r\n\r\n"u8.ToArray(),
        ["an HTTP/2 preface"] = Preface,
        ["an HTTP/2 header block that goes on"] = [.. Preface, .. Settings(), .. Headers(1, whole: false)],
        ["a WebSocket"] = System.Text.Encoding.ASCII.GetBytes(Upgrade),
    };

    public static TheoryData<string> Names => [.. Openings.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Random_bytes_behind_any_opening_end_and_leave_nothing(string opening)
    {
        using var relay = new RelayFixture(kind, PortProtocol.Http);
        _ = relay.App.EchoAsync(line =>
            line.Contains("/ws", StringComparison.Ordinal) ? Upgraded : RawApplication.Response(line)
        );
        var random = new Random(7);
        await AttackAsync(relay, Openings[opening], random);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var rounds = 0; rounds < 3; rounds++)
        {
            await AttackAsync(relay, Openings[opening], random);
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(MaxGrowth);
        relay.Brain.Registry.InFlight.ShouldBe(0);
    }

    private static async Task AttackAsync(RelayFixture relay, byte[] opening, Random random)
    {
        for (var attack = 0; attack < Round; attack++)
        {
            var bytes = new byte[random.Next(1, 3_000)];
            random.NextBytes(bytes);
            using var client = await relay.DialAsync();
            try
            {
                await client.SendAsync([.. opening, .. bytes]);
                client.EndSending();
                await client.ReadToEndAsync();
            }
            catch (System.Net.Sockets.SocketException)
            {
                // Reset: an end as good as any.
            }
        }
        await relay.AllClosedAsync();
    }
}
