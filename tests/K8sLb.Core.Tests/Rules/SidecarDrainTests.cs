namespace K8sLb.Core.Tests.Rules;

/// <summary>Drains that a sidecar began on its own, and drains that an operator before this one began.</summary>
public sealed class SidecarDrainTests
{
    [Theory]
    [InlineData(DrainReason.PreStop)]
    [InlineData(DrainReason.Sigterm)]
    public void It_is_adopted_as_it_is(DrainReason reason)
    {
        var scenario = new Scenario(minAvailable: 2, rampDownSeconds: 10).WithActive("a", "b");
        var own = Own(reason, scenario.Now);
        var plan = scenario.Wait(1).Member("a", m => m with { Drain = own }).Plan();
        var drain = plan.Of("a").Record.Drain.ShouldNotBeNull();
        (drain.Id, drain.Reason, drain.StartedAt, drain.Deadline).ShouldBe(
            (own.Id, reason, own.StartedAt, own.Deadline)
        );
        drain.StartedBySidecar.ShouldBeTrue();
        plan.Summary.HeldBack.ShouldBeEmpty("no floor can refuse it");
        plan.Told("a").ShouldBe(["DrainStarted"]);
    }

    [Fact]
    public void The_deletion_that_comes_later_names_the_cause_and_keeps_the_drain()
    {
        var scenario = new Scenario().WithActive("a", "b");
        scenario.Member("a", m => m with { Drain = Own(DrainReason.PreStop, scenario.Now) }).Plan();
        var plan = scenario.WaitInTouch(1).Delete("a").Plan();
        plan.Of("a").Record.Drain!.Id.ShouldBe("own");
        plan.Of("a").Record.Drain!.Reason.ShouldBe(DrainReason.PodDeleted);
        plan.Events.ShouldBeEmpty();
    }

    [Fact]
    public void It_takes_over_the_drain_that_the_operator_has_just_begun()
    {
        var scenario = new Scenario().WithActive("a", "b").Delete("a");
        scenario.Plan();
        var own = Own(DrainReason.PreStop, scenario.Now);
        var plan = scenario.Wait(1).Member("a", m => m with { Drain = own }).Plan();
        plan.Of("a").Record.Drain!.Id.ShouldBe("own", "the sidecar runs one drain only, and this is its name");
        plan.Events.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_begins_with_its_own_ramp_down_whenever_a_drain_by_request_before_it_is_taken_back(bool first)
    {
        var scenario = new Scenario(rampDownSeconds: 10).WithActive("a", "b");
        scenario.Pod("a", p => p with { DrainRequested = true }).Plan();
        scenario.Wait(10).Plan().Phase("a").ShouldBe(MemberPhase.Draining);

        var own = Own(DrainReason.Sigterm, scenario.Now);
        void TakeBack() => scenario.Pod("a", p => p with { DrainRequested = false }).Plan();
        void TakeOver() => scenario.Member("a", m => m with { Drain = own }).Plan();
        (first ? (Action)TakeBack : TakeOver)();
        (first ? (Action)TakeOver : TakeBack)();

        scenario.Plan().Phase("a").ShouldBe(MemberPhase.RampDown);
    }

    [Fact]
    public void Nothing_cancels_it_while_its_process_lives()
    {
        var scenario = new Scenario().WithActive("a", "b").Pod("a", p => p with { DrainRequested = true });
        var asked = scenario.Plan().Of("a").Record.Drain!;
        var own = Own(DrainReason.Sigterm, asked.StartedAt) with { Id = asked.Id };
        scenario.Wait(1).Member("a", m => m with { Drain = own }).Plan();
        scenario.Wait(1).Pod("a", p => p with { DrainRequested = false });
        scenario.Plan().Phase("a").ShouldBe(MemberPhase.RampDown);
        scenario.Member("a", m => m with { Attached = false }).Wait(1).Plan().Phase("a").ShouldBe(MemberPhase.RampDown);
    }

    [Fact]
    public void A_restarted_sidecar_brings_its_member_back()
    {
        var scenario = new Scenario().WithActive("a", "b");
        var own = Own(DrainReason.Sigterm, scenario.Now) with { Finished = true };
        scenario.Member("a", m => m with { Drain = own }).Plan().Phase("a").ShouldBe(MemberPhase.Drained);
        var plan = scenario.WaitInTouch(5).Member("a", m => m with { Drain = null }).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Active);
        plan.Told("a").ShouldBe(["Active"]);
    }

    [Fact]
    public void A_restarted_sidecar_has_nothing_to_drain_before_its_pod_is_ready_again()
    {
        var scenario = new Scenario().WithActive("a", "b");
        scenario.Member("a", m => m with { Drain = Own(DrainReason.PreStop, scenario.Now) }).Plan();
        scenario.WaitInTouch(5).Member("a", m => m with { Drain = null }).Pod("a", p => p with { Ready = false });
        var plan = scenario.Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Pending);
        plan.Of("a").Record.Drain.ShouldBeNull();
        plan.Told("a").ShouldBe(["DrainCancelled"]);
    }

    [Fact]
    public void A_restarted_sidecar_in_a_pod_that_is_deleted_drains_with_it()
    {
        var scenario = new Scenario().WithActive("a", "b");
        var own = Own(DrainReason.PreStop, scenario.Now);
        scenario.Member("a", m => m with { Drain = own }).Plan();
        var plan = scenario.WaitInTouch(5).Member("a", m => m with { Drain = null }).Delete("a").Plan();
        plan.Of("a").Record.Drain!.Reason.ShouldBe(DrainReason.PodDeleted);
        plan.Of("a").Record.Drain!.Id.ShouldNotBe(own.Id);
        plan.Told("a").ShouldContain("DrainStarted");
    }

    [Fact]
    public void A_new_operator_goes_on_with_the_drain_that_it_finds()
    {
        var scenario = new Scenario(minAvailable: 1)
            .WithActive("a", "b")
            .Pod("a", p => p with { DrainRequested = true });
        scenario.Plan();
        var start = scenario.Now;
        scenario.Wait(20).RestartOperator(recordsKept: false);
        var found = Own(DrainReason.Requested, start);
        var plan = scenario.Member("a", m => m with { Drain = found }).Plan();
        var drain = plan.Of("a").Record.Drain.ShouldNotBeNull();
        (drain.Id, drain.StartedAt, drain.Deadline).ShouldBe((found.Id, start, found.Deadline));
        drain.StartedBySidecar.ShouldBeFalse();
    }

    [Fact]
    public void A_new_operator_lets_go_of_a_drain_whose_cause_is_gone()
    {
        var scenario = new Scenario().Pod("a", p => p with { Ready = true });
        var plan = scenario.Member("a", m => m with { Drain = Own(DrainReason.Requested, scenario.Now) }).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Active);
        plan.Of("a").Record.Drain.ShouldBeNull();
    }

    private static DrainFacts Own(DrainReason reason, DateTimeOffset startedAt) =>
        new()
        {
            Id = "own",
            Reason = reason,
            StartedAt = startedAt,
            Deadline = startedAt.AddSeconds(45),
            Finished = false,
        };
}
