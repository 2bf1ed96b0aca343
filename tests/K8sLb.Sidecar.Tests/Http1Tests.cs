using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class Http1ThroughRelayTests() : Http1Tests(PortMode.Relay);

public sealed class Http1ThroughProxyTests() : Http1Tests(PortMode.Proxy)
{
    [Fact]
    public async Task The_application_learns_the_clients_address()
    {
        await using var pool = await PoolAsync();
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: shop.test\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");

        var response = await client.ReadAsync();

        response.Body.ShouldContain("X-Forwarded-For: 192.0.2.1, 127.");
        response.Body.ShouldContain("X-Forwarded-Proto: http");
    }
}

public abstract class Http1Tests(PortMode mode) : DataPathTests(mode)
{
    [Fact]
    public async Task A_keep_alive_connection_serves_many_requests()
    {
        await using var pool = await PoolAsync();
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);

        for (var i = 0; i < 5; i++)
        {
            var response = await client.RequestAsync("/");
            response.Status.ShouldBe(200);
            response.ServedBy.ShouldBe("m0");
            response.AsksToClose.ShouldBeFalse();
        }

        pool[0].Registry.Account().Totals.Opened.ShouldBe(1);
    }

    [Fact]
    public async Task An_idle_connection_is_never_closed_unasked()
    {
        await using var pool = await PoolAsync();
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        await client.RequestAsync("/");

        // Idleness itself: more than two of Kestrel's heartbeats, in which it looks for timeouts.
        await Task.Delay(TimeSpan.FromSeconds(2.5));

        (await client.RequestAsync("/")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_drain_asks_the_next_request_to_close_and_a_new_connection_is_served()
    {
        await using var pool = await PoolAsync(policy: TestSnapshots.NeverQuiet);
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        (await client.RequestAsync("/")).AsksToClose.ShouldBeFalse();

        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Asked == 1, "the connection was asked to move");
        var last = await client.RequestAsync("/");

        last.Status.ShouldBe(200);
        last.AsksToClose.ShouldBeTrue();
        (await client.EndsAsync()).ShouldBeTrue();
        await using var next = await RawHttp.ConnectAsync(pool[0].Http);
        (await next.RequestUntilAskedToCloseAsync()).Status.ShouldBe(200);
        await Eventually.IsTrue(
            () => pool[0].Registry.Account().Totals.Released == 2,
            "both are accounted for as released"
        );
    }

    [Fact]
    public async Task A_request_in_flight_is_answered_with_connection_close()
    {
        await using var pool = await PoolAsync();
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        await client.GetAsync("/gate");
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "the request is in flight");

        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Asked == 1, "the connection was asked to move");
        pool[0].App.Gate.SetResult();
        var response = await client.ReadAsync();

        response.Status.ShouldBe(200);
        response.AsksToClose.ShouldBeTrue();
    }

    [Fact]
    public async Task An_idle_connection_is_closed_only_after_a_quiet_time()
    {
        await using var pool = await PoolAsync();
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        await client.RequestAsync("/");

        var report = await pool[0].DrainAsync();

        report.Progress.ShouldBe(K8sLb.Protocol.DrainProgress.Released);
        report.Released.ShouldBe(1);
        report.Forced.ShouldBe(0);
        (await client.EndsAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Target_and_host_pass_byte_for_byte()
    {
        await using var pool = await PoolAsync();
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);

        var response = await client.RequestAsync("/a%2Fb%7e/../c;x=%41?q=%20+%zz&r=a|b");

        response.Body.ShouldContain("target: /a%2Fb%7e/../c;x=%41?q=%20+%zz&r=a|b");
        response.Body.ShouldContain("Host: shop.test");
    }

    [Fact]
    public async Task A_response_header_is_passed_on_before_there_is_a_body()
    {
        await using var pool = await PoolAsync();
        using var http = new HttpClient();

        using var response = await http.GetAsync(
            new Uri(pool[0].Url, "/events"),
            HttpCompletionOption.ResponseHeadersRead,
            new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token
        );

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        pool[0].App.Gate.SetResult();
        (await response.Content.ReadAsStringAsync()).ShouldBe("data: x\n\n");
    }

    [Fact]
    public async Task An_application_that_closes_idle_connections_costs_the_client_nothing()
    {
        await using var pool = await PoolAsync();
        await pool[0].App.DisposeAsync();
        await using var app = new OneRequestServer(new(pool[0].Address, TestApp.Port));
        app.Start();
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);

        for (var i = 0; i < 10; i++)
        {
            (await client.RequestAsync("/")).Status.ShouldBe(200);
        }

        app.Broken.ShouldBe(9);
    }

    [Fact]
    public async Task Requests_that_do_not_wait_for_each_other_are_all_answered_in_a_drain()
    {
        await using var pool = await PoolAsync(policy: TestSnapshots.NeverQuiet);
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        await client.RequestAsync("/");
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Asked == 1, "the connection was asked to move");

        await client.SendAsync(string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n", 3)));

        for (var i = 0; i < 3; i++)
        {
            var response = await client.ReadAsync();
            response.Status.ShouldBe(200);
            response.AsksToClose.ShouldBe(i == 2);
        }
        (await client.EndsAsync()).ShouldBeTrue();
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_head_that_never_ends_is_answered_with_408()
    {
        await using var pool = await PoolAsync();
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: shop.test\r\n");

        (await client.ReadAsync().WaitAsync(TimeSpan.FromMinutes(2))).Status.ShouldBe(408);
    }
}
