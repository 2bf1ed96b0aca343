using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Outer;

/// <summary>A load balancer in front of the pool learns from the sidecars how its members stand.</summary>
public sealed class HaproxyTests
{
    private const int AgentPort = 9777;
    private const int HealthPort = 9778;

    [Fact]
    public async Task By_agent_check_it_learns_weights_drains_and_returns()
    {
        await using var pool = await PoolAsync();
        await using var haproxy = await HaproxyProcess.StartAsync(
            pool,
            m =>
                $"weight 100 check inter 100ms agent-check agent-addr {m.Address} agent-port {AgentPort} agent-inter 100ms"
        );
        await haproxy.UntilAsync("m0", "UP", weight: 100);
        await haproxy.UntilAsync("m1", "UP", weight: 100);

        await pool.TellAllAsync((i, d) => i == 0 ? d with { Weight = 40 } : d);
        await haproxy.UntilAsync("m0", "UP", weight: 40);

        await pool.DrainAsync(0, deadline: TimeSpan.FromMinutes(10));
        await haproxy.UntilAsync("m0", "DRAIN");
        await using (var client = await RawHttp.ConnectAsync(haproxy.Front))
        {
            for (var i = 0; i < 6; i++)
            {
                (await client.RequestAsync("/")).ServedBy.ShouldBe("m1");
            }
        }
        pool[0].App.Served.ShouldBe(0);

        await pool.TellAllAsync();
        await haproxy.UntilAsync("m0", "UP", weight: 100);
        await using var next = await RawHttp.ConnectAsync(haproxy.Front);
        await Eventually.IsTrue(async () => (await next.RequestAsync("/")).ServedBy == "m0", "it gets work again");
    }

    [Fact]
    public async Task By_agent_check_it_learns_that_an_application_does_not_work()
    {
        await using var pool = await PoolAsync(p =>
            p with
            {
                HealthCheck = new()
                {
                    Kind = HealthCheckKind.Http,
                    TargetPort = TestApp.Port,
                    Path = "/healthz",
                    IntervalMs = 50,
                    TimeoutMs = 5_000,
                    UnhealthyThreshold = 2,
                    HealthyThreshold = 2,
                },
            }
        );
        await using var haproxy = await HaproxyProcess.StartAsync(
            pool,
            m => $"check inter 100ms agent-check agent-addr {m.Address} agent-port {AgentPort} agent-inter 100ms"
        );
        await haproxy.UntilAsync("m0", "UP");

        pool[0].App.Health = 500;
        await haproxy.UntilAsync("m0", "DOWN (agent)");

        pool[0].App.Health = 200;
        await haproxy.UntilAsync("m0", "UP");
    }

    [Fact]
    public async Task By_health_path_it_learns_who_may_get_work()
    {
        await using var pool = await PoolAsync();
        await using var haproxy = await HaproxyProcess.StartAsync(
            pool,
            m => $"check addr {m.Address} port {HealthPort} inter 100ms fall 1 rise 1",
            "option httpchk GET /health"
        );
        await haproxy.UntilAsync("m0", "UP");

        await pool.DrainAsync(0, deadline: TimeSpan.FromMinutes(10));
        await haproxy.UntilAsync("m0", "DOWN");

        await pool.TellAllAsync();
        await haproxy.UntilAsync("m0", "UP");
        await pool[0].App.DisposeAsync();
        await haproxy.UntilAsync("m0", "DOWN");
    }

    [Fact]
    public async Task The_health_path_says_why_and_nothing_else_is_served_beside_it()
    {
        await using var pool = await PoolAsync();
        using var http = new HttpClient();
        var url = new Uri($"http://{pool[0].Address}:{HealthPort}");

        (await http.GetStringAsync(new Uri(url, "/health"))).ShouldBe("up ready 100%\n");
        ((int)(await http.GetAsync(new Uri(url, "/drain"))).StatusCode).ShouldBe(404);
        pool[0].Drain.Current.ShouldBeNull();
        ((int)(await http.PostAsync(new Uri(url, "/health"), content: null)).StatusCode).ShouldBe(405);

        await pool.DrainAsync(0, deadline: TimeSpan.FromMinutes(10));
        using var draining = await http.GetAsync(new Uri(url, "/health"));
        ((int)draining.StatusCode).ShouldBe(503);
        (await draining.Content.ReadAsStringAsync()).ShouldBe("Requested\n");
        using var head = await http.SendAsync(new(HttpMethod.Head, new Uri(url, "/health")));
        ((int)head.StatusCode).ShouldBe(503);
    }

    private static async Task<TestPool> PoolAsync(Func<PoolPolicy, PoolPolicy>? policy = null)
    {
        var pool = await TestMember.PoolAsync(
            members: 2,
            p => TestSnapshots.NeverQuiet(policy is null ? p : policy(p))
        );
        try
        {
            foreach (var member in pool.Members)
            {
                await member.RestartAsync(member.Options with { AgentPort = AgentPort, HealthPort = HealthPort });
            }
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }
}
