using System.Text;
using K8sLb.Protocol;
using K8sLb.Relay.Tests.Framing;
using K8sLb.Relay.Tests.Harness;
using K8sLb.Sidecar.Relay.Framing.WebSocket;

namespace K8sLb.Relay.Tests.Protocols;

/// <summary>Once a connection stands, what passes on it leaves nothing to the garbage collector.</summary>
public sealed class SteadyStateTests
{
    private const int Exchanges = 500;

    /// <summary>What asking for the figure takes itself; an allocation for each exchange would be far more.</summary>
    private const int OfAsking = 1_000;

    [Fact]
    public Task Requests_on_a_kept_connection_allocate_nothing()
    {
        var request = Encoding.ASCII.GetBytes("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 3\r\n\r\nabc");
        var response = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        return ShouldAllocateNothingAsync(PortProtocol.Http, (request, response), (request, response));
    }

    [Fact]
    public Task Messages_of_a_websocket_allocate_nothing()
    {
        var upgrade = Encoding.ASCII.GetBytes(WebSocketRelayTests.Request);
        var accepted = Encoding.ASCII.GetBytes(WebSocketRelayTests.Response);
        var message = WebSocketScannerTests.Frame(Opcode.Text, 64, masked: true);
        var echo = WebSocketScannerTests.Frame(Opcode.Text, 64);
        return ShouldAllocateNothingAsync(PortProtocol.Http, (upgrade, accepted), (message, echo));
    }

    [Fact]
    public Task Frames_of_HTTP_2_allocate_nothing()
    {
        byte[] begin = [.. Http2Frames.Preface, .. Http2Frames.Settings(), .. Http2Frames.Headers(1)];
        byte[] answer = [.. Http2Frames.Settings(), .. Http2Frames.Headers(1)];
        var content = Http2Frames.Data(1, 100);
        return ShouldAllocateNothingAsync(PortProtocol.Http, (begin, answer), (content, content));
    }

    [Fact]
    public Task Bytes_of_TCP_allocate_nothing() =>
        ShouldAllocateNothingAsync(PortProtocol.Tcp, (new byte[1], new byte[1]), (new byte[64], new byte[64]));

    private static async Task ShouldAllocateNothingAsync(
        PortProtocol protocol,
        (byte[] There, byte[] Back) opening,
        (byte[] There, byte[] Back) exchange
    )
    {
        using var relay = new RelayFixture(PollerKind.Epoll, protocol);
        using var client = await relay.DialAsync();
        await client.SendAsync(opening.There);
        var app = await relay.App.AcceptedAsync();
        await app.ReadBytesAsync(opening.There.Length);
        await app.SendAsync(opening.Back);
        await client.ReadBytesAsync(opening.Back.Length);

        await ExchangeAsync(client, app, exchange);
        var before = await relay.AllocatedAsync();
        await ExchangeAsync(client, app, exchange);

        (await relay.AllocatedAsync() - before).ShouldBeLessThan(OfAsking);
    }

    private static async Task ExchangeAsync(Wire client, Wire app, (byte[] There, byte[] Back) exchange)
    {
        for (var i = 0; i < Exchanges; i++)
        {
            await client.SendAsync(exchange.There);
            await app.ReadBytesAsync(exchange.There.Length);
            await app.SendAsync(exchange.Back);
            await client.ReadBytesAsync(exchange.Back.Length);
        }
    }
}
