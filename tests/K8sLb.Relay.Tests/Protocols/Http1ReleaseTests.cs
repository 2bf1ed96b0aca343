using K8sLb.Protocol;
using K8sLb.Relay.Tests.Harness;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Relay;

namespace K8sLb.Relay.Tests.Protocols;

public sealed class EpollHttp1ReleaseTests() : Http1ReleaseTests(PollerKind.Epoll);

public sealed class SelectHttp1ReleaseTests() : Http1ReleaseTests(PollerKind.Select);

/// <summary>Releases, upstream connections that go away, and where the next request goes.</summary>
public abstract class Http1ReleaseTests(PollerKind kind)
{
    private const string Get = "GET /a HTTP/1.1\r\nHost: web\r\n\r\n";
    private const string Post = "POST /a HTTP/1.1\r\nHost: web\r\nContent-Length: 2\r\n\r\nhi";

    private RelayFixture Relay(RelaySettings? settings = null) => new(kind, PortProtocol.Http, settings);

    [Fact]
    public async Task A_busy_connection_is_told_with_its_response_and_then_closed()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await relay.ReleaseAsync();
        await app.SendAsync(RawApplication.Response("answer"));
        var response = await client.ReadToEndAsync();
        response.ShouldContain("\r\nConnection: close\r\n\r\n");
        response.ShouldEndWith("answer");
        await relay.AllClosedAsync();
        relay.Account.Totals.Released.ShouldBe(1);
    }

    [Fact]
    public async Task While_the_member_releases_every_response_says_so()
    {
        using var relay = Relay();
        relay.Brain.ComesLate = true;
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok");
        (await client.ReadToEndAsync()).ShouldBe("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    }

    [Fact]
    public async Task Interim_responses_do_not_carry_the_close()
    {
        using var relay = Relay();
        relay.Brain.ComesLate = true;
        using var client = await relay.DialAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: web\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
        (await client.ReadHeadAsync()).ShouldBe("HTTP/1.1 100 Continue\r\n\r\n");
        await client.SendAsync("hi");
        await app.ReadAsync(2);
        await app.SendAsync(RawApplication.Response("ok"));
        (await client.ReadToEndAsync()).ShouldContain("Connection: close");
    }

    [Fact]
    public async Task A_response_already_begun_ends_well_and_the_next_carries_the_close()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
        await client.ReadUntilAsync("half");
        await relay.ReleaseAsync();
        await app.SendAsync("done");
        (await client.ReadAsync(4)).ShouldBe("done");
        await client.SendAsync(Get);
        await app.ReadHeadAsync();
        await app.SendAsync(RawApplication.Response("last"));
        (await client.ReadToEndAsync()).ShouldContain("Connection: close");
    }

    [Fact]
    public async Task An_idle_connection_is_closed_when_asked()
    {
        using var relay = Relay();
        _ = relay.App.EchoAsync();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        await Eventually.IsTrue(() => relay.Connection.State == ConnectionState.Idle, "it is idle");
        await relay.ReleaseAsync();
        await client.ShouldEndAsync();
        await relay.AllClosedAsync();
        relay.Account.Totals.Released.ShouldBe(1);
    }

    /// <summary>The request lies in the socket when the release comes: it is served, not dropped.</summary>
    [Fact]
    public async Task A_request_that_is_there_already_wins_over_the_release()
    {
        using var relay = Relay();
        _ = relay.App.EchoAsync();
        for (var i = 0; i < 50; i++)
        {
            using var client = await relay.DialAsync();
            await client.SendAsync(Get);
            await client.ReadMessageAsync();
            await Eventually.IsTrue(() => relay.Connection.State == ConnectionState.Idle, "it is idle");
            var connection = relay.Connection;
            await client.SendAsync(Get);
            connection.Release(ReleaseUrgency.WhenSettled);
            var response = await client.ReadMessageAsync();
            response.ShouldEndWith("GET /a HTTP/1.1");
            client.Dispose();
            await relay.AllClosedAsync();
        }
    }

    [Fact]
    public async Task Pipelined_requests_are_all_answered_and_the_last_carries_the_close()
    {
        using var relay = Relay();
        relay.Brain.ComesLate = true;
        _ = relay.App.EchoAsync();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get + Get + Get);
        var all = await client.ReadToEndAsync();
        var responses = all.Split("HTTP/1.1 200 OK")[1..];
        responses.Length.ShouldBe(3);
        responses.Select(response => response.Contains("Connection: close")).ShouldBe([false, false, true]);
    }

    [Fact]
    public async Task A_client_that_never_stops_pipelining_is_released_all_the_same()
    {
        using var relay = Relay();
        relay.Brain.ComesLate = true;
        _ = relay.App.EchoAsync();
        using var client = await relay.DialAsync();
        await client.SendAsync(string.Concat(Enumerable.Repeat(Get, 200)));
        var responses = (await client.ReadToEndAsync()).Split("HTTP/1.1 200 OK")[1..];
        responses.Length.ShouldBeLessThan(200);
        responses.Last().ShouldContain("Connection: close");
    }

    [Fact]
    public async Task The_next_request_goes_where_new_work_goes_then()
    {
        using var relay = Relay();
        using var other = new RawApplication();
        _ = relay.App.EchoAsync(_ => RawApplication.Response("here"));
        _ = other.EchoAsync(_ => RawApplication.Response("there"));
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        (await client.ReadMessageAsync()).ShouldEndWith("here");
        relay.Brain.Target = Targets.At("other", other.EndPoint);
        await client.SendAsync(Get);
        (await client.ReadMessageAsync()).ShouldEndWith("there");
    }

    [Fact]
    public async Task A_peer_serves_requests_on_a_connection_that_it_agreed_to_once()
    {
        using var relay = Relay();
        using var peer = new RawApplication();
        var preface = PeerPreface.Format("web", "secret");
        relay.Brain.Target = Targets.At("peer", peer.EndPoint, preface);
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var wire = await peer.AcceptedAsync();
        (await wire.ReadBytesAsync(preface.Length)).ShouldBe(preface);
        await wire.SendAsync(PeerPreface.Accepted.ToArray());
        for (var i = 0; i < 3; i++)
        {
            (await wire.ReadHeadAsync()).ShouldBe(Get);
            await wire.SendAsync(RawApplication.Response("peer"));
            (await client.ReadMessageAsync()).ShouldEndWith("peer");
            await client.SendAsync(Get);
        }
    }

    [Fact]
    public async Task Refused_work_gets_a_503_that_says_when_to_come_back()
    {
        using var relay = Relay();
        relay.Brain.Target = null;
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var answer = await client.ReadToEndAsync();
        answer.ShouldStartWith("HTTP/1.1 503 ");
        answer.ShouldContain("Retry-After: 1\r\n");
        answer.ShouldContain("Connection: close\r\n");
    }

    [Fact]
    public async Task An_upstream_that_closed_while_idle_costs_the_client_nothing()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        for (var i = 0; i < 20; i++)
        {
            await client.SendAsync(i % 2 == 0 ? Get : Post);
            var app = await relay.App.AcceptedAsync();
            await app.ReadHeadAsync();
            await app.SendAsync(RawApplication.Response($"{i}"));
            (await client.ReadMessageAsync()).ShouldEndWith($"{i}");
            app.Dispose();
        }
        relay.App.Accepted.ShouldBe(20);
    }

    /// <summary>The application closes while the request is on its way: it cannot have served it.</summary>
    [Fact]
    public async Task An_idempotent_request_on_a_used_connection_that_ends_is_sent_again()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync(RawApplication.Response("one"));
        await client.ReadMessageAsync();
        await client.SendAsync(Get);
        await app.ReadHeadAsync();
        app.Dispose();
        var fresh = await relay.App.AcceptedAsync();
        (await fresh.ReadHeadAsync()).ShouldBe(Get);
        await fresh.SendAsync(RawApplication.Response("two"));
        (await client.ReadMessageAsync()).ShouldEndWith("two");
    }

    [Fact]
    public async Task A_request_that_is_not_idempotent_is_never_sent_again()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync(RawApplication.Response("one"));
        await client.ReadMessageAsync();
        await client.SendAsync(Post);
        await app.ReadUntilAsync("hi");
        app.Dispose();
        (await client.ReadToEndAsync()).ShouldStartWith("HTTP/1.1 502 ");
        relay.App.Accepted.ShouldBe(1);
    }

    [Fact]
    public async Task Unused_upstream_connections_grow_old_and_are_closed()
    {
        using var relay = Relay(new RelaySettings { UpstreamIdleMs = 100 });
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync(RawApplication.Response("one"));
        await client.ReadMessageAsync();
        await app.ShouldEndAsync();
    }

    [Theory]
    [InlineData("Authorization: NTLM TlRMTVNTUAAB\r\n", "")]
    [InlineData("", "WWW-Authenticate: Negotiate\r\n")]
    public async Task Authentication_of_the_connection_pins_it(string requestField, string responseField)
    {
        using var relay = Relay();
        using var first = await relay.DialAsync();
        using var second = await relay.DialAsync();
        await first.SendAsync($"GET / HTTP/1.1\r\nHost: web\r\n{requestField}\r\n");
        var pinned = await relay.App.AcceptedAsync();
        await pinned.ReadHeadAsync();
        await pinned.SendAsync(RawApplication.Response("one", responseField));
        await first.ReadMessageAsync();
        await second.SendAsync(Get);
        var other = await relay.App.AcceptedAsync();
        await other.ReadHeadAsync();
        await other.SendAsync(RawApplication.Response("other"));
        (await second.ReadMessageAsync()).ShouldEndWith("other");
        await first.SendAsync(Get);
        (await pinned.ReadHeadAsync()).ShouldBe(Get);
        await pinned.SendAsync(RawApplication.Response("two"));
        (await first.ReadMessageAsync()).ShouldEndWith("two");
    }

    [Fact]
    public async Task The_deadline_ends_a_request_in_flight()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        relay.Connection.Cut(EndReason.Deadline);
        await client.ShouldEndAsync();
        await app.ShouldEndAsync();
        await relay.AllClosedAsync();
        relay.Account.Totals.Forced.ShouldBe(1);
        relay.Brain.Registry.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task A_closed_port_takes_no_connection_and_keeps_those_it_has()
    {
        using var relay = Relay();
        _ = relay.App.EchoAsync();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        await client.ReadMessageAsync();
        relay.StopListening();
        await client.SendAsync(Get);
        (await client.ReadMessageAsync()).ShouldEndWith("GET /a HTTP/1.1");
    }
}
