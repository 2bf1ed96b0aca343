namespace K8sLb.Core.Tests.Rules;

/// <summary>minAvailable: one floor for all drains by choice together.</summary>
public sealed class CapacityFloorTests
{
    [Theory]
    [InlineData(2, false, 4, 2)]
    [InlineData(9, false, 4, 4)]
    [InlineData(50, true, 4, 2)]
    [InlineData(50, true, 5, 3)]
    [InlineData(0, true, 5, 0)]
    [InlineData(-3, false, 5, 0)]
    [InlineData(200, true, 5, 5)]
    public void A_percentage_rounds_up_and_nothing_asks_for_more_than_there_is(
        int value,
        bool percent,
        int of,
        int floor
    ) => new Quantity(value, percent).Of(of).ShouldBe(floor);

    [Fact]
    public void A_drain_that_would_leave_too_few_is_held_back_and_told_once()
    {
        var scenario = new Scenario(minAvailable: 2).WithActive("a", "b", "c");
        scenario.Pod("a", p => p with { DrainRequested = true }).Pod("b", p => p with { DrainRequested = true });
        var plan = scenario.Plan();
        plan.Phase("a").ShouldBe(MemberPhase.RampDown);
        plan.Phase("b").ShouldBe(MemberPhase.Active);
        plan.Of("b").Available.ShouldBeTrue();
        plan.Summary.HeldBack.ShouldBe(["b"]);
        plan.Told("b").ShouldBe(["DrainHeldBack"]);
        scenario.WaitInTouch(1).Plan().Events.ShouldBeEmpty();
    }

    [Fact]
    public void Who_has_waited_longest_goes_first()
    {
        var scenario = new Scenario(minAvailable: 2).WithActive("a", "b");
        scenario.Pod("b", p => p with { DrainRequested = true }).Plan();
        scenario.WaitInTouch(1).Pod("a", p => p with { DrainRequested = true }).Plan();
        var plan = scenario.WaitInTouch(1).Pod("c", p => p with { Ready = true }).Member("c").Plan();
        plan.Phase("b").ShouldBe(MemberPhase.RampDown);
        plan.Summary.HeldBack.ShouldBe(["a"]);
    }

    [Fact]
    public void Deletions_use_the_floor_up_and_are_never_refused()
    {
        var scenario = new Scenario(minAvailable: 2).WithActive("a", "b", "c").Delete("a");
        scenario.Pod("b", p => p with { DrainRequested = true });
        var plan = scenario.Plan();
        plan.Summary.HeldBack.ShouldBe(["b"]);
        plan = scenario.Delete("b").Delete("c").WaitInTouch(1).Plan();
        plan.Summary.Available.ShouldBe(0);
        plan.Summary.HeldBack.ShouldBeEmpty();
    }

    [Fact]
    public void A_percentage_is_taken_of_the_pods_that_are_not_being_deleted()
    {
        var scenario = new Scenario { MinAvailable = new Quantity(50, IsPercent: true) }.WithActive("a", "b", "c", "d");
        scenario.Plan().Summary.Floor.ShouldBe(2);
        scenario.Delete("a").Delete("b").Plan().Summary.Floor.ShouldBe(1);
        scenario.Pod("e", p => p).Pod("f", p => p).Plan().Summary.Floor.ShouldBe(2, "replacements count while pending");
    }

    [Fact]
    public void Weight_zero_frees_no_capacity_and_costs_none()
    {
        var scenario = new Scenario(minAvailable: 1)
            .WithActive("a", "b")
            .Pod("a", p => p with { Weight = 0, DrainRequested = true });
        scenario.Plan().Phase("a").ShouldBe(MemberPhase.RampDown);
        scenario.Pod("b", p => p with { DrainRequested = true }).Plan().Summary.HeldBack.ShouldBe(["b"]);
    }

    [Fact]
    public void An_unready_member_gets_no_new_work_but_keeps_its_connections_while_too_few_are_left()
    {
        var scenario = new Scenario(minAvailable: 2, rampDownSeconds: 10).WithActive("a", "b");
        var plan = scenario.Pod("a", p => p with { Ready = false }).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.RampDown);
        plan.Of("a").Available.ShouldBeFalse();
        plan.Of("a").Record.Drain.ShouldBeNull("that is what the sidecar would release by");
        plan.Told("a").ShouldBe(["DrainHeldBack"]);

        plan = scenario.WaitInTouch(30).Pod("c", p => p with { Ready = true }).Member("c").Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Draining, "its ramp-down is long over");
        plan.Told("a").ShouldBe(["DrainStarted"]);
        plan.Summary.HeldBack.ShouldBeEmpty();
    }

    [Fact]
    public void When_members_fail_one_after_another_no_release_begins_below_the_floor()
    {
        var scenario = new Scenario(minAvailable: 2, rampDownSeconds: 10).WithActive("a", "b", "c");
        var plan = scenario.Pod("a", p => p with { Ready = false }).Plan();
        plan.Of("a").Record.Drain.ShouldNotBeNull();
        plan = scenario.WaitInTouch(5).Pod("b", p => p with { Ready = false }).Plan();
        plan.Of("a").Record.Drain.ShouldBeNull();
        plan.Summary.HeldBack.ShouldBe(["a", "b"]);
        plan.Told("a").ShouldBe(["DrainHeldBack"]);
        plan = scenario.WaitInTouch(30).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.RampDown);
    }

    [Fact]
    public void A_release_that_has_begun_goes_on_below_the_floor()
    {
        var scenario = new Scenario(minAvailable: 2, rampDownSeconds: 10).WithActive("a", "b", "c");
        scenario.Pod("a", p => p with { Ready = false }).Plan();
        scenario.WaitInTouch(11).Plan();
        var plan = scenario.WaitInTouch(1).Pod("b", p => p with { Ready = false }).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Draining);
        plan.Summary.HeldBack.ShouldBe(["b"]);
    }
}
