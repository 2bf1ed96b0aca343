namespace K8sLb.Core.Tests.Rules;

/// <summary>paused: nothing by choice.</summary>
public sealed class PauseTests
{
    [Fact]
    public void No_drain_by_choice_starts_until_the_pause_ends()
    {
        var scenario = new Scenario { Paused = true }.WithActive("a", "b", "c");
        scenario.Pod("a", p => p with { DrainRequested = true }).Pod("b", p => p with { Ready = false });
        var plan = scenario.Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Active);
        plan.Phase("b").ShouldBe(MemberPhase.RampDown, "it cannot take work");
        plan.Members.ShouldAllBe(m => m.Record.Drain == null);
        plan.Summary.HeldBack.ShouldBeEmpty("capacity is not what is missing");
        plan.Told("a").ShouldBe(["DrainHeldBack"]);

        scenario.WaitInTouch(1).Paused = false;
        plan = scenario.Plan();
        plan.Of("a").Record.Drain.ShouldNotBeNull();
        plan.Of("b").Record.Drain.ShouldNotBeNull();
    }

    [Fact]
    public void No_drain_is_cancelled_by_choice_until_the_pause_ends()
    {
        var scenario = new Scenario().WithActive("a", "b").Pod("a", p => p with { DrainRequested = true });
        scenario.Plan();
        scenario.Paused = true;
        scenario.WaitInTouch(1).Pod("a", p => p with { DrainRequested = false });
        scenario.Plan().Phase("a").ShouldBe(MemberPhase.RampDown);
        scenario.Paused = false;
        scenario.Plan().Phase("a").ShouldBe(MemberPhase.Active);
    }

    [Fact]
    public void Deletion_and_recovery_are_followed()
    {
        var scenario = new Scenario().WithActive("a", "b").Pod("a", p => p with { Ready = false });
        scenario.Plan();
        scenario.Paused = true;
        var plan = scenario.WaitInTouch(1).Pod("a", p => p with { Ready = true }).Delete("b").Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Active);
        plan.Phase("b").ShouldBe(MemberPhase.RampDown);
    }
}
