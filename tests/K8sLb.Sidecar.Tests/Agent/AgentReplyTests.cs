using FsCheck;
using FsCheck.Fluent;
using K8sLb.Sidecar.Agent;

namespace K8sLb.Sidecar.Tests.Agent;

/// <summary>Words of HAProxy's agent-check protocol, and what they add up to.</summary>
public sealed class AgentReplyTests
{
    [Theory]
    [InlineData("75%\n", 75, null, null, null)]
    [InlineData("drain\n", null, AgentAdmin.Drain, null, null)]
    [InlineData("maint\r\n", null, AgentAdmin.Maintenance, null, null)]
    [InlineData("ready up 100%\n", 100, AgentAdmin.Ready, AgentHealth.Up, null)]
    [InlineData("READY,UP,maxconn:30", null, AgentAdmin.Ready, AgentHealth.Up, 30)]
    [InlineData("down\n", null, null, AgentHealth.Down, null)]
    [InlineData("stopped\n", null, null, AgentHealth.Down, null)]
    [InlineData("fail # out of memory\n", null, null, AgentHealth.Down, null)]
    [InlineData("\t 50% \t up\nwhatever follows", 50, null, AgentHealth.Up, null)]
    [InlineData("\n", null, null, null, null)]
    public void Words_come_in_any_order_and_each_may_be_left_out(
        string text,
        int? percent,
        AgentAdmin? admin,
        AgentHealth? health,
        int? most
    )
    {
        AgentReply.TryParse(text, out var reply, out var error).ShouldBeTrue(error);

        (reply.WeightPercent, reply.Admin, reply.Health, reply.MaxConnections).ShouldBe((percent, admin, health, most));
    }

    [Fact]
    public void What_stands_behind_a_hash_describes_it()
    {
        AgentReply.TryParse("fail # out of memory\n", out var reply, out _).ShouldBeTrue();

        reply.Description.ShouldBe("out of memory");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK")]
    [InlineData("-5%")]
    [InlineData("%")]
    [InlineData("99999999999%")]
    [InlineData("maxconn:")]
    [InlineData("up sideways")]
    public void What_is_no_word_is_named(string text)
    {
        AgentReply.TryParse(text, out _, out var error).ShouldBeFalse();

        error.ShouldNotBeNull().ShouldContain("is no word of an agent");
    }

    [Fact]
    public void Any_text_is_read_or_refused() =>
        Prop.ForAll<string?>(text => AgentReply.TryParse(text ?? "", out _, out var error) == (error is null))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_left_out_stays_as_it_was()
    {
        var state = After(AgentState.Silent, "drain 50% maxconn:7");
        state.TakesWork.ShouldBeFalse();

        state = After(state, "up");
        (state.Admin, state.WeightPercent, state.MaxInFlight).ShouldBe((AgentAdmin.Drain, 50, 7));

        state = After(state, "ready");
        state.TakesWork.ShouldBeTrue();
        state.WeightPercent.ShouldBe(50);
    }

    [Theory]
    [InlineData("0%", false)]
    [InlineData("1%", true)]
    [InlineData("down", false)]
    [InlineData("maint", false)]
    public void New_work_is_taken_by_weight_health_and_will(string text, bool takes) =>
        After(AgentState.Silent, text).TakesWork.ShouldBe(takes);

    private static AgentState After(AgentState state, string text)
    {
        AgentReply.TryParse(text, out var reply, out var error).ShouldBeTrue(error);
        return state.After(reply);
    }
}
