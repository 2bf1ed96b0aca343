using K8sLb.Protocol;
using K8sLb.Sidecar.Agent;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Agent;

/// <summary>One question to a real server.</summary>
public sealed class AgentProbeTests : IAsyncLifetime
{
    private ScriptedAgent agent = null!;

    public Task InitializeAsync()
    {
        agent = ScriptedAgent.Listening(new(LoopbackAddress.Next(), 9707));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await agent.DisposeAsync();

    [Fact]
    public async Task By_http_the_words_are_the_content_of_the_answer()
    {
        agent.HttpStatus = 200;
        agent.Says = "75% drain # upgrade";

        var (reply, error) = await AskAsync("/load?of=cart");

        error.ShouldBeNull();
        reply!.Value.WeightPercent.ShouldBe(75);
        reply.Value.Admin.ShouldBe(AgentAdmin.Drain);
        reply.Value.Description.ShouldBe("upgrade");
        agent.Heard.ShouldStartWith("GET /load?of=cart HTTP/1.1\r\n");
    }

    [Theory]
    [InlineData(302)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task An_answer_of_another_status_is_none(int status)
    {
        agent.HttpStatus = status;
        agent.Says = "75%";

        await ShouldFailAsync("/load", $"GET /load was answered with {status}, not 200 to 299");
    }

    [Fact]
    public async Task A_page_of_html_is_no_word()
    {
        agent.HttpStatus = 200;
        agent.Says = "<!doctype html>";

        await ShouldFailAsync("/", "\"<!doctype\" is no word of an agent");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/")]
    public async Task A_line_without_an_end_is_not_cut_but_refused(string? path)
    {
        agent.HttpStatus = path is null ? null : 200;
        agent.Says = $"75% # {new string('x', 2_000)}";

        await ShouldFailAsync(path, "longer than 1024 bytes");
    }

    [Fact]
    public async Task An_agent_that_speaks_no_http_is_named()
    {
        agent.Says = "75%";

        await ShouldFailAsync("/", ":9707: ");
    }

    private async Task ShouldFailAsync(string? path, string why)
    {
        var (reply, error) = await AskAsync(path);

        reply.ShouldBeNull();
        error.ShouldNotBeNull().ShouldContain(why);
    }

    private async Task<AgentProbe.Finding> AskAsync(string? path)
    {
        using var probe = new AgentProbe(agent.EndPoint.Address);
        return await probe.AskAsync(
            new AgentPolicy
            {
                Port = agent.EndPoint.Port,
                HttpPath = path,
                IntervalMs = 1_000,
                TimeoutMs = 5_000,
            },
            CancellationToken.None
        );
    }
}
