using K8sLb.Relay.Tests.Framing;
using K8sLb.Relay.Tests.Harness;
using K8sLb.Sidecar.Relay;

namespace K8sLb.Relay.Tests.Protocols;

public sealed class EpollHttp1FaultTests() : Http1FaultTests(PollerKind.Epoll);

public sealed class SelectHttp1FaultTests() : Http1FaultTests(PollerKind.Select);

/// <summary>Malformed traffic, applications that die, clients that vanish: each ends its own connection only.</summary>
public abstract class Http1FaultTests(PollerKind kind) : Http1Relay(kind)
{
    public static TheoryData<string> Hostile => [.. Http1RequestCorpus.Hostile.Select(one => one.Reason)];

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Ambiguous_requests_are_refused_and_never_passed_on(string reason)
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Splits.Bytes(Http1RequestCorpus.Hostile.Single(one => one.Reason == reason).Text));
        var answer = await client.ReadToEndAsync();
        answer.ShouldMatch("^HTTP/1.1 (400|431|501|505) ");
        answer.ShouldContain("\r\nConnection: close\r\n");
        await relay.AllClosedAsync();
    }

    [Fact]
    public async Task Content_that_breaks_its_framing_ends_both_connections()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: web\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        var app = await relay.App.AcceptedAsync();
        await app.ReadUntilAsync("hello\r\n");
        await client.SendAsync("5 \r\nGET /smuggled HTTP/1.1\r\n\r\n");
        (await client.ReadToEndAsync()).ShouldStartWith("HTTP/1.1 400 ");
        await app.ShouldEndAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX : y\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData("garbage\r\n\r\n")]
    public async Task A_response_that_breaks_its_framing_is_a_502(string response)
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync(response);
        (await client.ReadToEndAsync()).ShouldStartWith("HTTP/1.1 502 ");
        relay.Local.Load.FailuresInARow.ShouldBe(1);
    }

    [Fact]
    public async Task More_than_the_response_never_reaches_another_client()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync(RawApplication.Response("ok") + RawApplication.Response("poison"));
        (await client.ReadMessageAsync()).ShouldEndWith("ok");
        await client.SendAsync(Get);
        var fresh = await relay.App.AcceptedAsync();
        await fresh.ReadHeadAsync();
        await fresh.SendAsync(RawApplication.Response("right"));
        (await client.ReadMessageAsync()).ShouldEndWith("right");
    }

    [Fact]
    public async Task An_application_that_dies_before_its_response_is_a_502()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 2\r\n\r\nhi");
        var app = await relay.App.AcceptedAsync();
        await app.ReadUntilAsync("hi");
        app.Reset();
        (await client.ReadToEndAsync()).ShouldStartWith("HTTP/1.1 502 ");
        await relay.AllClosedAsync();
        (relay.Local.Load.Served, relay.Local.Load.Failed).ShouldBe(
            (1, 1),
            "it counts as a failure of the application"
        );
    }

    [Fact]
    public async Task A_client_that_vanishes_is_no_failure_of_the_application()
    {
        using var relay = Relay();
        var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        client.Reset();
        await relay.AllClosedAsync();
        relay.Local.Load.Served.ShouldBe(0);
    }

    [Fact]
    public async Task An_application_that_dies_in_its_response_cuts_the_client()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        await app.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
        await client.ReadUntilAsync("part");
        app.Reset();
        await client.ShouldBeResetAsync();
        await relay.AllClosedAsync();
        relay.Account.Totals.Forced.ShouldBe(1);
    }

    [Fact]
    public async Task An_application_that_refuses_is_a_503_with_Retry_After()
    {
        using var relay = Relay();
        relay.App.Dispose();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var answer = await client.ReadToEndAsync();
        answer.ShouldStartWith("HTTP/1.1 503 ");
        answer.ShouldContain("Retry-After: 1\r\n");
    }

    [Fact]
    public async Task A_request_that_cannot_be_handed_over_goes_somewhere_else()
    {
        using var relay = Relay();
        var nowhere = Targets.At("nowhere", new(System.Net.IPAddress.Loopback, Loop.Sockets.FreePort()));
        (relay.Brain.Target, relay.Brain.Fallback) = (nowhere, relay.Local);
        using var client = await relay.DialAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 2\r\n\r\nhi");
        (await (await relay.App.AcceptedAsync()).ReadUntilAsync("hi")).ShouldStartWith("POST");
    }

    [Fact]
    public async Task A_client_that_vanishes_takes_its_request_along()
    {
        using var relay = Relay();
        var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        client.Reset();
        await app.ShouldEndAsync();
        await relay.AllClosedAsync();
        relay.Brain.Registry.InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task A_half_close_behind_a_request_is_passed_on_and_answered()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync(Get);
        var app = await relay.App.AcceptedAsync();
        await app.ReadHeadAsync();
        client.EndSending();
        await app.ShouldEndAsync();
        await app.SendAsync(RawApplication.Response("answer"));
        (await client.ReadToEndAsync()).ShouldEndWith("answer");
        await relay.AllClosedAsync();
    }

    [Fact]
    public async Task A_client_that_closes_in_the_middle_of_its_request_is_no_request()
    {
        using var relay = Relay();
        using var client = await relay.DialAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: web\r\nContent-Length: 10\r\n\r\nhalf");
        var app = await relay.App.AcceptedAsync();
        await app.ReadUntilAsync("half");
        client.Dispose();
        await app.ShouldEndAsync();
        await relay.AllClosedAsync();
    }
}
