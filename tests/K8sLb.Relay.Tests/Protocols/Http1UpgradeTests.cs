using K8sLb.Relay.Tests.Harness;

namespace K8sLb.Relay.Tests.Protocols;

public sealed class EpollHttp1UpgradeTests() : Http1UpgradeTests(PollerKind.Epoll);

public sealed class SelectHttp1UpgradeTests() : Http1UpgradeTests(PollerKind.Select);

/// <summary>Requests that turn the connection into something else.</summary>
public abstract class Http1UpgradeTests(PollerKind kind) : Http1Relay(kind)
{
    [Fact]
    public async Task An_upgrade_to_something_unknown_becomes_a_tunnel()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: web\r\nConnection: Upgrade\r\nUpgrade: spdy/3\r\n\r\nearly");
        var app = await relay.App.AcceptedAsync();
        (await app.ReadHeadAsync()).ShouldContain("Upgrade: spdy/3");
        await app.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: spdy/3\r\n\r\nhello");
        (await client.ReadHeadAsync()).ShouldStartWith("HTTP/1.1 101");
        (await client.ReadAsync(5)).ShouldBe("hello");
        (await app.ReadAsync(5)).ShouldBe("early");
        await client.SendAsync("\0\u0001");
        (await app.ReadAsync(2)).ShouldBe("\0\u0001");
        relay.Account.Live.Tcp.ShouldBe(1);
        relay.Brain.Registry.InFlight.ShouldBe(1);
        client.Dispose();
        await app.ShouldEndAsync();
        app.Dispose();
        await relay.AllClosedAsync();
        relay.Brain.Registry.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task An_upgrade_refused_is_an_ordinary_response()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: web\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync(RawApplication.Response("no"));
        (await client.ReadMessageAsync()).ShouldEndWith("no");
        await client.SendAsync(Get);
        (await app.ReadHeadAsync()).ShouldBe(Get);
    }

    [Fact]
    public async Task CONNECT_becomes_a_tunnel_when_granted_and_closes_when_refused()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync("CONNECT db:1 HTTP/1.1\r\nHost: db:1\r\n\r\n");
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\u0001\u0002");
        await client.ReadHeadAsync();
        (await client.ReadAsync(2)).ShouldBe("\u0001\u0002");
        using var second = await relay.DialAsync();
        await second.SendAsync("CONNECT db:1 HTTP/1.1\r\nHost: db:1\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
        var other = await relay.App.AcceptedAsync();
        await other.ReadHeadAsync();
        await other.SendAsync("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
        (await second.ReadToEndAsync()).ShouldContain("Connection: close");
        (await other.ReadToEndAsync()).ShouldBe("");
    }
}
