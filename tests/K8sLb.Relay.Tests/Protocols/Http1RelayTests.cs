using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using K8sLb.Relay.Tests.Harness;

namespace K8sLb.Relay.Tests.Protocols;

public sealed class EpollHttp1RelayTests() : Http1RelayTests(PollerKind.Epoll);

public sealed class SelectHttp1RelayTests() : Http1RelayTests(PollerKind.Select);

/// <summary>Messages: they pass byte for byte, or not at all.</summary>
public abstract class Http1RelayTests(PollerKind kind) : Http1Relay(kind)
{
    [Fact]
    public async Task A_request_and_its_response_pass_byte_for_byte()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        var request = "POST /a?b=c HTTP/1.1\r\nhost: web\r\nX-Odd:  two \r\nContent-Length: 5\r\n\r\nhello";
        await client.SendAsync(request);
        var app = await relay.App.AcceptedAsync();
        (await app.ReadAsync(request.Length)).ShouldBe(request);
        relay.Brain.Registry.InFlight.ShouldBe(1);
        var response =
            "HTTP/1.1 201 Made\r\nx-Y: z\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nworld\r\n0\r\nT: u\r\n\r\n";
        await app.SendAsync(response);
        (await client.ReadAsync(response.Length)).ShouldBe(response);
        await Eventually.IsTrue(() => relay.Brain.Registry.InFlight == 0, "the exchange is over");
        relay.Account.Live.Http1.ShouldBe(1);
    }

    [Fact]
    public async Task Many_requests_share_one_connection_on_either_side()
    {
        using var relay = Relay();
        _ = relay.App.EchoAsync();
        using var client = await relay.DialAsync();
        for (var i = 0; i < 50; i++)
        {
            await client.SendAsync($"GET /{i} HTTP/1.1\r\nHost: web\r\n\r\n");
            (await client.ReadMessageAsync()).ShouldEndWith($"GET /{i} HTTP/1.1");
        }
        relay.App.Accepted.ShouldBe(1);
    }

    [Fact]
    public async Task Clients_share_unused_upstream_connections()
    {
        using var relay = Relay();
        _ = relay.App.EchoAsync();
        for (var i = 0; i < 20; i++)
        {
            using var client = await relay.DialAsync();
            await client.SendAsync("GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n");
            var response = await client.ReadToEndAsync();
            response.ShouldContain("\r\nConnection: close\r\n");
            response.ShouldEndWith("GET / HTTP/1.1");
        }
        relay.App.Accepted.ShouldBe(1);
        await relay.AllClosedAsync();
    }

    [Fact]
    public async Task The_clients_own_Connection_line_stays_behind()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\nA: b\r\n\r\n");
        var app = await relay.App.AcceptedAsync();
        (await app.ReadHeadAsync()).ShouldBe("GET / HTTP/1.1\r\nHost: web\r\nA: b\r\n\r\n");
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        using var relay = Relay();
        _ = relay.App.EchoAsync();
        using var client = await relay.DialAsync();
        await client.SendAsync(
            string.Concat(Enumerable.Range(0, 100).Select(i => $"GET /{i} HTTP/1.1\r\nHost: web\r\n\r\n"))
        );
        for (var i = 0; i < 100; i++)
        {
            (await client.ReadMessageAsync()).ShouldEndWith($"GET /{i} HTTP/1.1");
        }
    }

    [Fact]
    public async Task A_slow_trickle_arrives_whole()
    {
        using var relay = Relay();
        _ = relay.App.EchoAsync();
        using var client = await relay.DialAsync();
        foreach (var part in Get)
        {
            await client.SendAsync(part.ToString());
        }
        (await client.ReadMessageAsync()).ShouldEndWith("GET /a HTTP/1.1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Large_content_arrives_whole_at_a_slow_reader(bool upload)
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        var bytes = RandomNumberGenerator.GetBytes(20_000_000);
        await client.SendAsync(upload ? $"PUT / HTTP/1.1\r\nHost: web\r\nContent-Length: {bytes.Length}\r\n\r\n" : Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        if (!upload)
        {
            await app.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {bytes.Length}\r\n\r\n");
            await client.ReadHeadAsync();
        }
        var (source, sink) = upload ? (client, app) : (app, client);
        var sending = source.SendAsync(bytes);
        await Eventually.IsTrue(() => !source.Socket.Poll(0, SelectMode.SelectWrite), "everything between is full");
        SHA256.HashData(await sink.ReadBytesAsync(bytes.Length)).ShouldBe(SHA256.HashData(bytes));
        await sending;
        if (upload)
        {
            await app.SendAsync(RawApplication.Response("done"));
            (await client.ReadMessageAsync()).ShouldEndWith("done");
        }
        // The connection is at a message boundary on both sides, and goes on.
        await client.SendAsync(Get);
        await app.ReadHeadAsync();
        await app.SendAsync(RawApplication.Response("again"));
        (await client.ReadMessageAsync()).ShouldEndWith("again");
    }

    [Fact]
    public async Task Large_chunks_arrive_whole()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        var chunk = new string('x', 1_000_000);
        var message =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + string.Concat(Enumerable.Repeat($"{chunk.Length:x}\r\n{chunk}\r\n", 5))
            + "0\r\n\r\n";
        var sending = app.SendAsync(message);
        (await client.ReadAsync(message.Length)).ShouldBe(message);
        await sending;
        await Eventually.IsTrue(() => relay.Brain.Registry.InFlight == 0, "the end was seen");
    }

    [Fact]
    public async Task Continue_is_passed_before_the_content()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: web\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
        (await client.ReadHeadAsync()).ShouldBe("HTTP/1.1 100 Continue\r\n\r\n");
        await client.SendAsync("hello");
        (await app.ReadAsync(5)).ShouldBe("hello");
        await app.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + RawApplication.Response("ok"));
        (await client.ReadHeadAsync()).ShouldStartWith("HTTP/1.1 103");
        (await client.ReadMessageAsync()).ShouldEndWith("ok");
        await Eventually.IsTrue(() => relay.Brain.Registry.InFlight == 0, "the exchange is over");
    }

    [Fact]
    public async Task An_early_answer_passes_while_the_content_is_still_coming()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 10\r\n\r\nhello");
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync(RawApplication.Response("early"));
        (await client.ReadMessageAsync()).ShouldEndWith("early");
        relay.Brain.Registry.InFlight.ShouldBe(1);
        await client.SendAsync("world" + Get);
        (await app.ReadAsync(10)).ShouldBe("helloworld");
        (await app.ReadHeadAsync()).ShouldBe(Get);
        await app.SendAsync(RawApplication.Response("next"));
        (await client.ReadMessageAsync()).ShouldEndWith("next");
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n")]
    public async Task A_response_without_content_ends_with_its_head(string method, string response)
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync($"{method} / HTTP/1.1\r\nHost: web\r\n\r\n");
            var app = i == 0 ? await relay.App.AcceptedAsync() : last!;
            await app.ReadHeadAsync();
            await app.SendAsync(response);
            (await client.ReadHeadAsync()).ShouldBe(response);
            last = app;
        }
    }

    private Wire? last;

    [Fact]
    public async Task Loops_share_the_clients()
    {
        using var relay = Relay(loops: 3);
        _ = relay.App.EchoAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => relay.DialAsync()));
        await Task.WhenAll(
            clients.Select(
                async (client, i) =>
                {
                    for (var n = 0; n < 20; n++)
                    {
                        await client.SendAsync($"GET /{i}/{n} HTTP/1.1\r\nHost: web\r\n\r\n");
                        (await client.ReadMessageAsync()).ShouldEndWith($"GET /{i}/{n} HTTP/1.1");
                    }
                    client.Dispose();
                }
            )
        );
        await relay.AllClosedAsync();
        relay.Account.Totals.Opened.ShouldBe(60);
        relay.Account.Totals.Finished.ShouldBe(60);
    }
}
