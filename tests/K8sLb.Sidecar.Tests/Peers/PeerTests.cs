using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Peers;

public sealed class PeerThroughRelayTests() : PeerTests(PortMode.Relay);

public sealed class PeerThroughProxyTests() : PeerTests(PortMode.Proxy)
{
    [Fact]
    public async Task The_client_that_the_application_sees_is_the_first_one()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        await using var late = await RawHttp.ConnectAsync(pool[0].Http);

        var response = await late.RequestAsync("/headers");

        var chain = response.Body.Split('\n').Single(l => l.StartsWith("X-Forwarded-For", StringComparison.Ordinal));
        chain.Split(',').Length.ShouldBe(1);
    }
}

public abstract class PeerTests(PortMode mode) : DataPathTests(mode)
{
    [Fact]
    public async Task Late_arrivals_are_served_by_a_peer()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");

        for (var i = 0; i < 5; i++)
        {
            await using var late = await RawHttp.ConnectAsync(pool[0].Http);
            var response = await late.RequestUntilAskedToCloseAsync();
            response.Status.ShouldBe(200);
            response.ServedBy.ShouldBe("m1");
        }

        pool[0].App.Served.ShouldBe(0);
        pool[1].App.Served.ShouldBeGreaterThanOrEqualTo(5);
        pool[0].Registry.Account().Totals.Rerouted.ShouldBe(pool[1].App.Served);
    }

    [Fact]
    public async Task There_is_never_a_second_hop()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        // Each is told that it drains and the other is there: what bounced would bounce for ever.
        await pool.TellAllAsync(drain: _ => TestSnapshots.Drain(TimeSpan.FromMinutes(10), TimeSpan.Zero));
        await Eventually.IsTrue(
            () => pool.Members.TrueForAll(m => m.Drain.Current is { IsReleasing: true }),
            "releasing"
        );
        await using var late = await RawHttp.ConnectAsync(pool[0].Http);

        (await late.RequestAsync("/")).ServedBy.ShouldBe("m1");

        pool[1].Registry.Account().Totals.Rerouted.ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_peer_late_arrivals_are_served_here()
    {
        await using var pool = await PoolAsync(policy: TestSnapshots.NeverQuiet);
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        await using var late = await RawHttp.ConnectAsync(pool[0].Http);

        var response = await late.RequestAsync("/");

        response.Status.ShouldBe(200);
        response.ServedBy.ShouldBe("m0");
    }

    [Fact]
    public async Task A_peer_that_cannot_be_reached_is_passed_over()
    {
        await using var pool = await PoolAsync(members: 3, TestSnapshots.NeverQuiet);
        await pool[1].Host.StopAsync();
        await pool.DrainUnknownToPeersAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");

        for (var i = 0; i < 20; i++)
        {
            await using var late = await RawHttp.ConnectAsync(pool[0].Http);
            (await late.RequestAsync("/")).ServedBy.ShouldBe("m2");
        }

        var finding = pool[0].Reports.Report().PeerFindings.ShouldHaveSingleItem("the operator hears of it");
        finding.Uid.ShouldBe(pool[1].Directive().Uid);
        finding.FailuresInARow.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_request_with_a_body_finds_a_peer_when_the_application_is_gone()
    {
        await using var pool = await PoolAsync(members: 2);
        await pool[0].App.DisposeAsync();
        using var http = new HttpClient();

        using var response = await http.PostAsync(
            new Uri(pool[0].Url, "/upload"),
            new ByteArrayContent(new byte[100_000])
        );

        (await response.Content.ReadAsStringAsync()).ShouldBe("100000");
    }

    [Fact]
    public async Task Where_nobody_is_left_the_answer_names_what_failed()
    {
        await using var pool = await PoolAsync();
        await pool[0].App.DisposeAsync();
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);

        var response = await client.RequestAsync("/");

        response.Status.ShouldBe(503);
        response.Body.ShouldStartWith("k8slb sidecar: the application");
        response.Body.ShouldEndWith("accepts no connections\n");
    }

    [Fact]
    public async Task A_peer_whose_application_is_gone_gives_the_request_back()
    {
        await using var pool = await PoolAsync(members: 3, TestSnapshots.NeverQuiet);
        await pool[1].App.DisposeAsync();
        await pool.DrainUnknownToPeersAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");

        for (var i = 0; i < 20; i++)
        {
            await using var late = await RawHttp.ConnectAsync(pool[0].Http);
            var response = await late.RequestAsync("/");
            response.ServedBy.ShouldBe("m2");
        }
    }

    [Fact]
    public async Task The_kubelets_probe_asks_this_application_and_is_no_arrival()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        var before = pool[0].Registry.Account().LastArrival;
        await using var kubelet = await RawHttp.ConnectAsync(pool[0].Http);
        await kubelet.SendAsync("GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: kube-probe/1.29\r\n\r\n");

        (await kubelet.ReadAsync()).ServedBy.ShouldBe("m0");

        pool[0].Registry.Account().LastArrival.ShouldBe(before);
    }

    [Theory]
    [InlineData(LateArrivals.Serve, 200, "m0")]
    [InlineData(LateArrivals.Reject, 503, null)]
    public async Task The_pool_can_have_late_arrivals_served_or_rejected(
        LateArrivals policy,
        int status,
        string? servedBy
    )
    {
        await using var pool = await PoolAsync(
            members: 2,
            p =>
                TestSnapshots.NeverQuiet(p) with
                {
                    Drain = TestSnapshots.NeverQuiet(p).Drain with { LateArrivals = policy },
                }
        );
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        await using var late = await RawHttp.ConnectAsync(pool[0].Http);

        // A refusal asks at once, and one that is served when its turn comes.
        var response =
            policy == LateArrivals.Reject ? await late.RequestAsync("/") : await late.RequestUntilAskedToCloseAsync();

        response.Status.ShouldBe(status);
        response.ServedBy.ShouldBe(servedBy);
        response.AsksToClose.ShouldBeTrue();
        response.Headers["Retry-After"].Any().ShouldBe(policy == LateArrivals.Reject);
    }
}
