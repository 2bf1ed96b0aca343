using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Agent;

/// <summary>An application that says how much work it wants.</summary>
public sealed class AgentCheckTests
{
    private const int AgentPort = 9707;

    [Theory]
    [InlineData("drain")]
    [InlineData("maint")]
    [InlineData("0%")]
    [InlineData("down # no database")]
    public async Task A_member_that_wants_no_work_passes_it_on_at_once_until_it_is_ready_again(string word)
    {
        await using var pool = await PoolAsync();
        await using var agent = Agent(pool, word);
        await Eventually.IsTrue(() => !pool[0].Agent.TakesWork, "the word was heard");
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);

        (await client.RequestAsync("/")).ServedBy.ShouldBe("m1");

        agent.Says = "ready up 100%";
        await Eventually.IsTrue(() => pool[0].Agent.TakesWork, "the word was heard");
        (await client.RequestAsync("/")).ServedBy.ShouldBe("m0");
    }

    [Fact]
    public async Task The_operator_hears_what_the_application_says()
    {
        await using var pool = await PoolAsync();
        await using var agent = Agent(pool, "42% drain down # no database");

        await Eventually.IsTrue(
            () =>
                pool[0].Reports.Report().Agent
                == new AgentReport
                {
                    WeightPercent = 45,
                    Drains = true,
                    Down = true,
                    Description = "no database",
                },
            "it is reported"
        );
    }

    [Fact]
    public async Task Work_beyond_its_maximum_goes_to_others()
    {
        await using var pool = await PoolAsync();
        await using var agent = Agent(pool, "maxconn:2");
        await Eventually.IsTrue(() => pool[0].Agent.Current is { MaxInFlight: 2 }, "the word was heard");
        var clients = new List<RawHttp>();
        for (var i = 1; i <= 5; i++)
        {
            var client = await RawHttp.ConnectAsync(pool[0].Http);
            clients.Add(client);
            await client.GetAsync("/gate");
            var sent = i;
            await Eventually.IsTrue(() => pool[0].App.Waiting + pool[1].App.Waiting == sent, "it has been placed");
        }

        pool[0].App.Waiting.ShouldBe(2);
        pool[1].App.Waiting.ShouldBe(3);

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_no_word_changes_nothing()
    {
        await using var pool = await PoolAsync();
        await using var agent = Agent(pool, "50%");
        await Eventually.IsTrue(() => pool[0].Agent.Current is { WeightPercent: 50 }, "the word was heard");

        agent.Says = "HTTP/1.1 400 Bad Request";
        var asked = agent.Asked;
        await Eventually.IsTrue(() => agent.Asked > asked + 2, "it was asked again");

        pool[0].Agent.Current!.WeightPercent.ShouldBe(50);
    }

    [Fact]
    public async Task What_it_says_by_http_counts_as_well()
    {
        await using var pool = await PoolAsync(httpPath: "/load");
        await using var agent = Agent(pool, "50% maxconn:7", httpStatus: 200);

        await Eventually.IsTrue(
            () => pool[0].Agent.Current is { WeightPercent: 50, MaxInFlight: 7 },
            "the words were heard"
        );
    }

    private static ScriptedAgent Agent(TestPool pool, string says, int? httpStatus = null) =>
        ScriptedAgent.Listening(new(pool[0].Address, AgentPort), says, httpStatus);

    private static Task<TestPool> PoolAsync(string? httpPath = null) =>
        TestMember.PoolAsync(
            members: 2,
            policy: p =>
                p with
                {
                    Agent = new()
                    {
                        Port = AgentPort,
                        HttpPath = httpPath,
                        IntervalMs = 50,
                        TimeoutMs = 2_000,
                    },
                }
        );
}
