using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Sessions;

public sealed class CookieSessionTests() : SessionTests(SessionKind.Cookie)
{
    [Fact]
    public async Task The_cookie_says_what_it_may_be_used_for()
    {
        await using var pool = await PoolAsync(1);
        var client = Client();

        await client.RequestAsync(pool[0]);
        client.SetCookie.ShouldBe($"shop-session={client.Token}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax");

        var secure = Client();
        secure.More = "X-Forwarded-Proto: https, http\r\n";
        await secure.RequestAsync(pool[0]);
        secure.SetCookie.ShouldBe($"shop-session={secure.Token}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure");
    }

    [Theory]
    [InlineData("Cookie: shop-session=\"{0}\"\r\n")]
    [InlineData("Cookie: shop-session=stale; shop-session={0}\r\n")]
    [InlineData("Cookie: a=b\r\nCookie: shop-session={0}; c=d\r\n")]
    public async Task It_is_found_however_it_comes(string header)
    {
        await using var pool = await PoolAsync(3);
        var first = Client();
        var owner = (await first.RequestAsync(pool[1])).ServedBy;

        var client = Client();
        client.More = string.Format(null, header, first.Token);
        foreach (var member in pool.Members)
        {
            (await client.RequestAsync(member)).ServedBy.ShouldBe(owner);
        }
        client.Given.ShouldBe(0);
    }
}

public sealed class HeaderSessionTests() : SessionTests(SessionKind.Header);

/// <summary>What clients with a token see, of real sidecars.</summary>
public abstract class SessionTests(SessionKind kind)
{
    private readonly SessionPolicy policy = TestKeys.Policy(kind);

    [Fact]
    public async Task A_session_is_served_by_one_member_wherever_it_comes_in()
    {
        await using var pool = await PoolAsync(3);
        List<string?> owners = [];
        foreach (var first in pool.Members)
        {
            var client = Client();
            var owner = (await client.RequestAsync(first)).ServedBy;
            foreach (var member in pool.Members.Concat(pool.Members))
            {
                (await client.RequestAsync(member)).ServedBy.ShouldBe(owner);
            }
            client.Given.ShouldBe(1);
            owners.Add(owner);
        }
        owners.Distinct().Count().ShouldBe(3, "new sessions are spread as all new work is");
    }

    [Fact]
    public async Task The_application_does_not_see_the_token()
    {
        await using var pool = await PoolAsync(2);
        var client = Client();
        await client.RequestAsync(pool[0]);

        foreach (var member in pool.Members)
        {
            var seen = (await client.RequestAsync(member, "/headers")).Body;
            seen.ShouldNotContain(client.Token!);
            seen.ShouldNotContain(policy.Name);
            (kind == SessionKind.Header || seen.Contains("Cookie: theme=dark\n")).ShouldBeTrue(seen);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("AQAAAAEAAAGyeAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_token_starts_a_session(string token)
    {
        await using var pool = await PoolAsync(2);
        var client = Client();
        client.Token = token;

        var owner = (await client.RequestAsync(pool[1])).ServedBy;

        client.Given.ShouldBe(1);
        (await client.RequestAsync(pool[0])).ServedBy.ShouldBe(owner);
    }

    [Fact]
    public async Task A_token_that_is_far_too_long_starts_a_session()
    {
        await using var pool = await PoolAsync(1);
        var client = Client();
        client.Token = new string('A', 60_000);

        (await client.RequestAsync(pool[0])).Status.ShouldBe(200);

        client.Given.ShouldBe(1);
        client.Token.Length.ShouldBe(60);
    }

    [Fact]
    public async Task A_session_that_is_too_old_starts_anew()
    {
        await using var pool = await PoolAsync(1);
        var client = Client();
        await client.RequestAsync(pool[0]);
        var token = client.Token;
        pool.Policy = pool.Policy with { Sessions = policy with { TimeoutMs = 1 } };
        await pool.TellAllAsync();

        await client.RequestAsync(pool[0]);

        client.Token.ShouldNotBe(token);
    }

    [Fact]
    public async Task A_session_stays_while_its_member_ramps_down_and_then_moves_once()
    {
        await using var pool = await PoolAsync(4);
        var client = Client();
        await client.RequestAsync(pool[0]);
        await DrainAsync(pool, 0, rampDown: TimeSpan.FromMinutes(5));

        foreach (var member in pool.Members)
        {
            (await client.RequestAsync(member)).ServedBy.ShouldBe("m0");
        }
        client.Given.ShouldBe(1);

        await DrainAsync(pool, 0, rampDown: TimeSpan.Zero);
        var successor = (await client.RequestAsync(pool[0])).ServedBy;
        successor.ShouldNotBe("m0");
        foreach (var member in pool.Members)
        {
            (await client.RequestAsync(member)).ServedBy.ShouldBe(successor);
        }
        client.Given.ShouldBe(2);
    }

    [Fact]
    public async Task Every_member_moves_it_to_the_same_successor()
    {
        await using var pool = await PoolAsync(4);
        var sessions = new List<SessionClient>();
        for (var i = 0; i < 20; i++)
        {
            var client = Client();
            await client.RequestAsync(pool[0]);
            sessions.Add(client);
        }
        await DrainAsync(pool, 0, rampDown: TimeSpan.Zero);

        foreach (var session in sessions)
        {
            var token = session.Token;
            HashSet<string?> successors = [];
            foreach (var member in pool.Members)
            {
                session.Token = token;
                successors.Add((await session.RequestAsync(member)).ServedBy);
            }
            successors.ShouldHaveSingleItem();
        }
    }

    [Fact]
    public async Task A_session_with_a_request_under_way_stays_until_that_is_done()
    {
        await using var pool = await PoolAsync(2);
        var client = Client();
        await client.RequestAsync(pool[0]);
        await using var slow = await RawHttp.ConnectAsync(pool[1].Http);
        await client.SendAsync(slow, "/gate");
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "the request is under way at the owner");

        await DrainAsync(pool, 0, rampDown: TimeSpan.Zero);
        (await client.RequestAsync(pool[1])).ServedBy.ShouldBe("m0");
        (await client.RequestAsync(pool[0])).ServedBy.ShouldBe("m0");

        pool[0].App.Gate.SetResult();
        (await slow.ReadAsync()).ServedBy.ShouldBe("m0");
        await Eventually.IsTrue(
            async () => (await client.RequestAsync(pool[1])).ServedBy == "m1",
            "nothing holds it at the member that leaves any more"
        );
    }

    [Fact]
    public async Task A_session_moves_once_where_its_member_is_gone_without_a_word()
    {
        await using var pool = await PoolAsync(3);
        var client = Client();
        await client.RequestAsync(pool[0]);

        await pool[0].Host.StopAsync();
        HashSet<string?> places = [];
        for (var i = 0; i < 6; i++)
        {
            places.Add((await client.RequestAsync(pool[1 + (i % 2)])).ServedBy);
        }

        places.ShouldHaveSingleItem().ShouldNotBe("m0");
        client.Given.ShouldBe(2);
    }

    [Fact]
    public async Task A_session_is_not_moved_by_load_or_by_answers_that_failed()
    {
        await using var pool = await PoolAsync(
            3,
            p =>
                p with
                {
                    Balancing = BalancingKind.LeastRequest,
                    Retry = new()
                    {
                        Attempts = 2,
                        BackoffBaseMs = 1,
                        BackoffMaxMs = 1,
                        BudgetPercent = 100,
                        BudgetMinPerSecond = 100,
                    },
                }
        );
        var client = Client();
        await client.RequestAsync(pool[0]);
        for (var i = 0; i < 10; i++)
        {
            pool[0].Router.Local.Begin();
        }
        (await client.RequestAsync(pool[1])).ServedBy.ShouldBe("m0");

        pool[0].App.Fails = 503;
        var answer = await client.RequestAsync(pool[1]);
        answer.Status.ShouldBe(503);
        answer.ServedBy.ShouldBe("m0");
    }

    [Fact]
    public async Task A_session_that_nobody_else_can_take_stays_at_a_member_that_leaves()
    {
        await using var pool = await PoolAsync(1);
        var client = Client();
        await client.RequestAsync(pool[0]);

        await DrainAsync(pool, 0, rampDown: TimeSpan.Zero);

        (await client.RequestAsync(pool[0])).Status.ShouldBe(200);
        client.Given.ShouldBe(1);
    }

    [Fact]
    public async Task Requests_of_HTTP_2_and_the_upgrades_of_WebSockets_belong_to_sessions_as_well()
    {
        await using var pool = await PoolAsync(3);
        var client = Client();
        var owner = (await client.RequestAsync(pool[0])).ServedBy;
        using var http = new HttpClient();
        foreach (var member in pool.Members)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, member.Url)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            request.Headers.Add(
                kind == SessionKind.Header ? policy.Name : "Cookie",
                kind == SessionKind.Header ? client.Token : $"{policy.Name}={client.Token}"
            );
            using var answer = await http.SendAsync(request);
            answer.Headers.GetValues("x-served-by").ShouldHaveSingleItem().ShouldBe(owner);

            await using var socket = await RawHttp.ConnectAsync(member.Http);
            var line =
                kind == SessionKind.Header ? $"{policy.Name}: {client.Token}" : $"Cookie: {policy.Name}={client.Token}";
            await socket.SendAsync(
                $"GET /ws HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{line}\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            );
            var head = await socket.ReadHeadAsync();
            head.ShouldStartWith("HTTP/1.1 101");
            head.ShouldContain($"x-served-by: {owner}");
        }
    }

    [Fact]
    public async Task A_probe_of_the_kubelet_starts_no_session()
    {
        await using var pool = await PoolAsync(1);
        var probe = Client();
        probe.More = "User-Agent: kube-probe/1.29\r\n";

        await using var connection = await RawHttp.ConnectAsync(pool[0].Http);
        await Client().RequestAsync(connection);

        await probe.RequestAsync(connection);

        probe.Given.ShouldBe(0);
        pool[0].Reports.Report().Sessions.ShouldBe(1, "the other's");
    }

    [Fact]
    public async Task A_member_reports_how_many_sessions_it_has()
    {
        await using var pool = await PoolAsync(2);
        for (var i = 0; i < 3; i++)
        {
            var client = Client();
            await client.RequestAsync(pool[0]);
            await client.RequestAsync(pool[1]);
        }

        pool.Members.Sum(m => m.Reports.Report().Sessions).ShouldBe(3);
    }

    private protected SessionClient Client() => new(policy);

    private protected Task<TestPool> PoolAsync(int members, Func<PoolPolicy, PoolPolicy>? more = null) =>
        TestMember.PoolAsync(members, p => (more is null ? p : more(p)) with { Sessions = policy }, PortMode.Proxy);

    /// <summary>As an operator tells it to all.</summary>
    private static Task DrainAsync(TestPool pool, int which, TimeSpan rampDown)
    {
        var drain = TestSnapshots.Drain(TimeSpan.FromMinutes(10), rampDown) with { Id = $"drain-{rampDown}" };
        return pool.TellAllAsync(
            (i, d) => i == which ? TestSnapshots.Drained(d, drain) : d,
            i => i == which ? drain : null
        );
    }
}
