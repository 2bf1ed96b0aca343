using K8sLb.Protocol;
using K8sLb.Sidecar.Overload;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Overload;

/// <summary>What becomes of work that an application has no place for, or must not get.</summary>
public abstract class OverloadTests(PortMode mode) : DataPathTests(mode)
{
    private protected static readonly CircuitBreakerPolicy Breaking = new()
    {
        ConsecutiveFailures = 3,
        OpenForMs = 60_000,
        MaxOpenForMs = 60_000,
    };

    [Fact]
    public async Task What_overflows_goes_to_peers_first_and_is_refused_at_once_where_all_are_full()
    {
        await using var pool = await BoundedAsync(new() { MaxInFlight = 1 }, members: 3);
        var busy = new List<RawHttp>();
        for (var i = 0; i < 3; i++)
        {
            busy.Add(await OccupyAsync(pool[0], of: pool));
        }
        pool.Members.Select(m => m.App.Waiting).ShouldBe([1, 1, 1]);

        await using var fourth = await RawHttp.ConnectAsync(pool[0].Http);
        var answer = await fourth.RequestAsync("/");

        answer.Status.ShouldBe(503);
        answer.Headers["Retry-After"].ShouldBe(["1"]);
        answer.AsksToClose.ShouldBeTrue();
        pool[0].App.Gate.SetResult();
        (await busy[0].ReadAsync()).ServedBy.ShouldBe("m0");
        await Eventually.IsTrue(() => pool[0].Router.Local.InFlight == 0, "there is a place");
        await using var fifth = await RawHttp.ConnectAsync(pool[0].Http);
        (await fifth.RequestAsync("/")).ServedBy.ShouldBe("m0");
        foreach (var client in busy)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Requests_wait_in_their_order_until_there_is_a_place()
    {
        await using var pool = await BoundedAsync(Queueing);
        await using var first = await OccupyAsync(pool[0]);
        var waiting = new List<RawHttp>();
        for (var i = 1; i <= Queueing.MaxPending; i++)
        {
            var client = await RawHttp.ConnectAsync(pool[0].Http);
            waiting.Add(client);
            // In two parts, so that a head is read more than once.
            await client.SendAsync("POST /upload HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\n");
            await client.SendAsync("\r\nab");
            var expected = i;
            await Eventually.IsTrue(() => pool[0].Gate.Pending == expected, "it waits");
            await client.SendAsync("cd");
        }

        await using var tooMany = await RawHttp.ConnectAsync(pool[0].Http);
        (await tooMany.RequestAsync("/")).Status.ShouldBe(503);

        pool[0].App.Gate.SetResult();
        (await first.ReadAsync()).Status.ShouldBe(200);
        foreach (var client in waiting)
        {
            (await client.ReadAsync()).Body.ShouldBe("4");
            (await client.RequestAsync("/")).Status.ShouldBe(200);
            await client.DisposeAsync();
        }
        await Eventually.IsTrue(() => pool[0].Router.Local.InFlight == 0, "every place is free");
    }

    [Fact]
    public async Task What_has_waited_for_too_long_is_refused()
    {
        await using var pool = await BoundedAsync(Queueing with { PendingTimeoutMs = 100 });
        await using var first = await OccupyAsync(pool[0]);
        await using var second = await RawHttp.ConnectAsync(pool[0].Http);

        (await second.RequestAsync("/")).Status.ShouldBe(503);

        pool[0].App.Served.ShouldBe(1);
        await Eventually.IsTrue(() => pool[0].Gate.Pending == 0, "it waits no longer");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_leaves_takes_its_waiting_request_along(bool reset)
    {
        await using var pool = await BoundedAsync(Queueing);
        await using var first = await OccupyAsync(pool[0]);
        var second = await RawHttp.ConnectAsync(pool[0].Http);
        await second.GetAsync("/");
        await Eventually.IsTrue(() => pool[0].Gate.Pending == 1, "it waits");

        if (reset)
        {
            second.Reset();
        }
        await second.DisposeAsync();

        await Eventually.IsTrue(() => pool[0].Gate.Pending == 0, "it waits no longer");
        pool[0].App.Gate.SetResult();
        await first.ReadAsync();
        pool[0].App.Served.ShouldBe(1);
        await Eventually.IsTrue(() => pool[0].Registry.InFlight == 0, "nothing is under way");
    }

    [Fact]
    public async Task The_kubelets_probes_are_no_work_that_needs_a_place()
    {
        await using var pool = await BoundedAsync(new() { MaxInFlight = 1 });
        await using var first = await OccupyAsync(pool[0]);
        await using var kubelet = await RawHttp.ConnectAsync(pool[0].Http);

        await kubelet.SendAsync("GET /healthz HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: kube-probe/1.29\r\n\r\n");

        (await kubelet.ReadAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Connections_beyond_the_maximum_are_served_by_peers_until_one_ends()
    {
        await using var pool = await BoundedAsync(new() { MaxConnections = 1 }, members: 2);
        var first = await RawHttp.ConnectAsync(pool[0].Http);
        (await first.RequestAsync("/")).ServedBy.ShouldBe("m0");
        await using var second = await RawHttp.ConnectAsync(pool[0].Http);
        (await second.RequestAsync("/")).ServedBy.ShouldBe("m1");

        await first.DisposeAsync();
        await Eventually.IsTrue(() => pool[0].Registry.Account().Totals.Finished >= 1, "it has ended");

        (await second.RequestAsync("/")).ServedBy.ShouldBe("m0");
    }

    [Fact]
    public async Task An_application_that_fails_in_a_row_gets_nothing_for_a_while()
    {
        await using var pool = await BoundedAsync(Breaking, members: 2);
        pool[0].App.Fails = 500;
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        for (var i = 0; i < 3; i++)
        {
            (await client.RequestAsync("/")).Status.ShouldBe(500);
        }

        for (var i = 0; i < 5; i++)
        {
            (await client.RequestAsync("/")).ServedBy.ShouldBe("m1");
        }

        pool[0].App.Served.ShouldBe(3);
        pool[0].Reports.Report().Circuit!.State.ShouldBe(CircuitState.Open);
        // What a peer passes on meanwhile comes back as well.
        await pool.DrainAsync(1);
        await Eventually.IsTrue(() => pool[1].Drain.Current is { IsReleasing: true }, "releasing");
        await using var late = await RawHttp.ConnectAsync(pool[1].Http);
        (await late.RequestAsync("/")).ServedBy.ShouldBe("m1");
        pool[0].App.Served.ShouldBe(3);
    }

    [Fact]
    public async Task A_probe_that_succeeds_brings_it_back()
    {
        await using var pool = await BoundedAsync(Breaking with { OpenForMs = 100 });
        pool[0].App.Fails = 503;
        for (var i = 0; i < 3; i++)
        {
            (await AskAsync(pool[0])).ShouldBe(503);
        }
        await Eventually.IsTrue(() => pool[0].Gate.Breaker.Openings == 1, "it is open");
        pool[0].App.Fails = 0;

        await Eventually.IsTrue(async () => await AskAsync(pool[0]) == 200, "it is served again");

        await Eventually.IsTrue(() => pool[0].Gate.Breaker.State.Phase == BreakerPhase.Closed, "it is closed");
    }

    [Fact]
    public async Task An_application_that_accepts_no_connections_opens_the_circuit_as_well()
    {
        await using var pool = await BoundedAsync(Breaking);
        await pool[0].App.DisposeAsync();

        await Eventually.IsTrue(
            async () => await AskAsync(pool[0]) == 503 && pool[0].Gate.Breaker.State.Phase == BreakerPhase.Open,
            "it is open"
        );

        await Eventually.IsTrue(() => pool[0].Router.Local.InFlight == 0, "every place is free");
    }

    [Fact]
    public async Task Under_load_beyond_the_limit_the_application_never_has_more_and_nothing_is_left_behind()
    {
        await using var pool = await BoundedAsync(
            new()
            {
                MaxInFlight = 3,
                MaxPending = 8,
                PendingTimeoutMs = 30_000,
            },
            members: 2
        );
        pool.Members.ForEach(m => m.App.Gate.SetResult());

        var statuses = await Task.WhenAll(
            Enumerable
                .Range(0, 24)
                .Select(async _ =>
                {
                    var seen = new List<int>();
                    for (var i = 0; i < 40; i++)
                    {
                        seen.Add(await AskAsync(pool[0], "/gate"));
                    }
                    return seen;
                })
        );

        statuses.SelectMany(s => s).ShouldAllBe(s => s == 200 || s == 503);
        statuses.SelectMany(s => s).Count(s => s == 200).ShouldBe(pool.Members.Sum(m => m.App.Served));
        await Eventually.IsTrue(
            () => pool.Members.TrueForAll(m => (m.Router.Local.InFlight, m.Gate.Pending) == (0, 0)),
            "nothing is left"
        );
    }

    private protected static CircuitBreakerPolicy Queueing =>
        new()
        {
            MaxInFlight = 1,
            MaxPending = 2,
            PendingTimeoutMs = 60_000,
        };

    private protected Task<TestPool> BoundedAsync(CircuitBreakerPolicy bounds, int members = 1) =>
        PoolAsync(members, p => p with { CircuitBreaker = bounds });

    /// <summary>A request that an application holds until its gate opens.</summary>
    private protected static async Task<RawHttp> OccupyAsync(TestMember member, TestPool? of = null)
    {
        var before = Waiting();
        var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync("/gate");
        await Eventually.IsTrue(() => Waiting() == before + 1, "it has been placed");
        return client;

        int Waiting() => of?.Members.Sum(m => m.App.Waiting) ?? member.App.Waiting;
    }

    private static async Task<int> AskAsync(TestMember member, string target = "/")
    {
        await using var client = await RawHttp.ConnectAsync(member.Http);
        return (await client.RequestAsync(target)).Status;
    }
}
