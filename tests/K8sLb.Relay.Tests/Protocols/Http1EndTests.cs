using System.Net.Sockets;
using K8sLb.Relay.Tests.Harness;

namespace K8sLb.Relay.Tests.Protocols;

public sealed class EpollHttp1EndTests() : Http1EndTests(PollerKind.Epoll);

public sealed class SelectHttp1EndTests() : Http1EndTests(PollerKind.Select);

/// <summary>Messages that end their connection.</summary>
public abstract class Http1EndTests(PollerKind kind) : Http1Relay(kind)
{
    [Fact]
    public async Task A_response_that_ends_with_the_connection_ends_the_clients()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync("HTTP/1.1 200 OK\r\n\r\nfirst");
        await client.ReadUntilAsync("first");
        await app.SendAsync(" second");
        app.EndSending();
        (await client.ReadToEndAsync()).ShouldBe(" second");
        await relay.AllClosedAsync();
        relay.Account.Totals.Finished.ShouldBe(1);
    }

    [Fact]
    public async Task HTTP_1_0_passes_as_it_is()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        var app = await relay.App.AcceptedAsync();
        (await app.ReadHeadAsync()).ShouldBe("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        await app.SendAsync("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok");
        (await client.ReadMessageAsync()).ShouldEndWith("ok");
        await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
        await app.ReadHeadAsync();
        await app.SendAsync("HTTP/1.0 200 OK\r\n\r\nbye");
        app.EndSending();
        (await client.ReadToEndAsync()).ShouldEndWith("bye");
    }

    [Fact]
    public async Task An_answer_that_ends_the_connection_ends_an_upload()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 100000000\r\n\r\nhello");
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync(RawApplication.Response("too large", "Connection: close\r\n"));
        app.Socket.Shutdown(SocketShutdown.Both);
        (await client.ReadMessageAsync()).ShouldEndWith("too large");
        await client.ShouldEndAsync();
        await relay.AllClosedAsync();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    public async Task A_client_that_said_it_sends_no_more_is_not_waited_for(string request)
    {
        using var relay = Relay(new() { LingerMs = 60_000 });
        _ = relay.App.EchoAsync();
        using var client = await relay.DialAsync();
        await client.SendAsync(request);
        (await client.ReadToEndAsync()).ShouldContain("GET / HTTP/1.");
        // Its own end is still open: only a socket that is gone answers it with a reset.
        await Eventually.IsTrue(() => !TrySend(client), "the relay's socket is gone");
    }

    [Fact]
    public async Task A_client_that_may_still_be_sending_reads_its_answer_before_any_reset()
    {
        using var relay = Relay(new() { LingerMs = 60_000 });
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync(RawApplication.Response("last", "Connection: close\r\n"));
        await client.SendAsync(Get);
        await client.SendAsync(Get);
        (await client.ReadToEndAsync()).ShouldEndWith("last");
    }

    private static bool TrySend(Wire client)
    {
        try
        {
            return client.Socket.Send("x"u8) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
