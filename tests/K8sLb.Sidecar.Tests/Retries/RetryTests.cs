using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Retries;

/// <summary>What clients of a proxy see of members that fail.</summary>
public sealed class RetryTests
{
    private static readonly RetryPolicy Policy = new()
    {
        Attempts = 2,
        BackoffBaseMs = 1,
        BackoffMaxMs = 4,
        BudgetPercent = 20,
        BudgetMinPerSecond = 100,
    };

    [Theory]
    [InlineData("GET", 503)]
    [InlineData("GET", 502)]
    [InlineData("POST", 503)]
    public async Task What_is_safe_is_sent_to_another_member(string method, int status)
    {
        await using var pool = await PoolAsync(Policy);
        pool[0].App.Fails = status;
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);

        var answer = await AskAsync(client, method);

        answer.Status.ShouldBe(200);
        answer.ServedBy.ShouldBe("m1");
        pool[0].App.Served.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_not_safe_is_answered_as_it_came()
    {
        await using var pool = await PoolAsync(Policy);
        pool[0].App.Fails = 502;
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);

        (await AskAsync(client, "POST")).Status.ShouldBe(502);

        pool[1].App.Served.ShouldBe(0);
    }

    [Fact]
    public async Task Without_retries_a_failure_is_answered_as_it_came()
    {
        await using var pool = await PoolAsync(policy: null);
        pool[0].App.Fails = 503;
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);

        (await AskAsync(client, "GET")).Status.ShouldBe(503);
    }

    [Fact]
    public async Task The_last_try_is_answered_as_it_came()
    {
        await using var pool = await PoolAsync(Policy);
        (pool[0].App.Fails, pool[1].App.Fails) = (503, 503);
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);

        (await AskAsync(client, "GET")).Status.ShouldBe(503);

        (pool[0].App.Served + pool[1].App.Served).ShouldBe(1 + Policy.Attempts);
    }

    [Fact]
    public async Task A_try_that_takes_too_long_is_given_up_and_repeated()
    {
        await using var pool = await PoolAsync(Policy with { PerTryTimeoutMs = 200 });
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        pool[1].App.Gate.SetResult();

        var answer = await client.RequestAsync("/gate");

        answer.Status.ShouldBe(200);
        answer.ServedBy.ShouldBe("m1");
        pool[0].App.Gate.SetResult();
    }

    [Fact]
    public async Task With_half_of_the_members_failing_retries_stay_within_their_budget()
    {
        const int Requests = 2_000;
        await using var pool = await PoolAsync(Policy with { BudgetMinPerSecond = 0 }, members: 4);
        (pool[0].App.Fails, pool[1].App.Fails) = (503, 503);
        var clients = new List<RawHttp>();
        foreach (var member in pool.Members)
        {
            clients.Add(await RawHttp.ConnectAsync(member.Http));
        }

        for (var i = 0; i < Requests / clients.Count; i++)
        {
            foreach (var client in clients)
            {
                (await client.RequestAsync("/")).Status.ShouldBeOneOf(200, 503);
            }
        }

        pool.Members.Sum(m => m.App.Served).ShouldBeLessThanOrEqualTo((int)(Requests * 1.2));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static Task<TestPool> PoolAsync(RetryPolicy? policy, int members = 2) =>
        TestMember.PoolAsync(members, p => p with { Retry = policy }, PortMode.Proxy);

    private static async Task<RawResponse> AskAsync(RawHttp client, string method)
    {
        await client.SendAsync($"{method} / HTTP/1.1\r\nHost: shop.test\r\n\r\n");
        return await client.ReadAsync();
    }
}
