namespace K8sLb.Core.Tests.Rules;

/// <summary>What starts a drain, how it goes on, and how it ends.</summary>
public sealed class DrainTests
{
    [Fact]
    public void A_deleted_pod_drains_from_the_time_of_the_request()
    {
        var scenario = new Scenario(rampDownSeconds: 10, deadlineSeconds: 60).WithActive("a", "b").Delete("a");
        var requested = scenario.Now;
        var plan = scenario.WaitInTouch(2).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.RampDown);
        plan.Of("a").Available.ShouldBeFalse();
        plan.Of("a").Weight.ShouldBe(0);
        plan.Told("a").ShouldBe(["DrainStarted"]);
        var drain = plan.Of("a").Record.Drain.ShouldNotBeNull();
        drain.Reason.ShouldBe(DrainReason.PodDeleted);
        drain.StartedAt.ShouldBe(requested);
        drain.RampDownEndsAt.ShouldBe(requested.AddSeconds(10));
        drain.Deadline.ShouldBe(requested.AddSeconds(60));
        plan.WakeAt.ShouldBe(requested.AddSeconds(10));
    }

    [Theory]
    [InlineData(30, 28)]
    [InlineData(300, 60)]
    [InlineData(1, 0)]
    public void The_deadline_leaves_the_application_time_before_it_is_killed(double grace, double deadline)
    {
        var scenario = new Scenario(deadlineSeconds: 60).WithActive("a").Delete("a", grace);
        var drain = scenario.Plan().Of("a").Record.Drain.ShouldNotBeNull();
        drain.Deadline.ShouldBe(scenario.Now.AddSeconds(deadline));
        drain.RampDownEndsAt.ShouldBeLessThanOrEqualTo(drain.Deadline);
    }

    [Fact]
    public void A_shorter_grace_period_shortens_the_drain_under_way()
    {
        var scenario = new Scenario(deadlineSeconds: 60).WithActive("a").Delete("a", 300);
        var before = scenario.Plan().Of("a").Record.Drain!;
        var killed = scenario.WaitInTouch(1).Now.AddSeconds(5);
        var after = scenario.Pod("a", p => p with { KilledAt = killed }).Plan().Of("a").Record.Drain!;
        after.Id.ShouldBe(before.Id);
        after.Deadline.ShouldBe(killed.AddSeconds(-2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_deletion_without_grace_does_not_move_the_deadline_of_a_drain_under_way_into_the_past(double grace)
    {
        var scenario = new Scenario(rampDownSeconds: 0, deadlineSeconds: 60).WithActive("a");
        var drain = scenario.Pod("a", p => p with { DrainRequested = true }).Plan().Of("a").Record.Drain!;
        var plan = scenario.WaitInTouch(31).Delete("a", grace).Plan();
        plan.Of("a").Record.Drain!.Deadline.ShouldBe(scenario.Now);
        plan.Phase("a").ShouldBe(MemberPhase.Draining, "the sidecar's account is awaited");
        scenario.Member("a", m => m with { Drain = Report(drain, finished: true) });
        scenario.Plan().Phase("a").ShouldBe(MemberPhase.Drained);
    }

    [Fact]
    public void A_grace_period_that_is_over_once_it_was_shortened_leaves_the_sidecar_the_time_to_report()
    {
        var scenario = new Scenario(rampDownSeconds: 0, deadlineSeconds: 60).WithActive("a").Delete("a", 300);
        var drain = scenario.Plan().Of("a").Record.Drain!;
        scenario.WaitInTouch(31).Pod("a", p => p with { KilledAt = p.DeletionRequestedAt!.Value.AddSeconds(5) });
        var plan = scenario.Plan();
        plan.Of("a").Record.Drain!.Deadline.ShouldBe(scenario.Now);
        plan.Phase("a").ShouldBe(MemberPhase.Draining, "the sidecar's account is awaited");
        scenario.WaitInTouch(1).Plan().Of("a").Record.Drain!.Deadline.ShouldBe(scenario.Now.AddSeconds(-1), "it stays");
        scenario.Member("a", m => m with { Drain = Report(drain, finished: true) });
        scenario.Plan().Phase("a").ShouldBe(MemberPhase.Drained);
    }

    [Fact]
    public void A_ramp_down_ends_in_the_release()
    {
        var scenario = new Scenario(rampDownSeconds: 10).WithActive("a").Delete("a");
        var start = scenario.Now;
        scenario.Plan();
        var plan = scenario.WaitInTouch(12).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Draining);
        plan.Of("a").Record.Since.ShouldBe(start.AddSeconds(10), "that is when it fell due");
    }

    [Fact]
    public void Without_a_ramp_down_the_release_begins_at_once() =>
        new Scenario(rampDownSeconds: 0).WithActive("a").Delete("a").Plan().Phase("a").ShouldBe(MemberPhase.Draining);

    [Theory]
    [InlineData(0, MemberPhase.Drained, "Drained")]
    [InlineData(3, MemberPhase.Forced, "DrainForced")]
    public void The_sidecar_says_how_the_drain_ended(long forced, MemberPhase phase, string told)
    {
        var scenario = new Scenario(rampDownSeconds: 0).WithActive("a").Delete("a");
        var drain = scenario.Plan().Of("a").Record.Drain!;
        var plan = scenario.Wait(3).Member("a", m => m with { Drain = Report(drain, finished: true, forced) }).Plan();
        plan.Phase("a").ShouldBe(phase);
        plan.Told("a").ShouldBe([told]);
        plan.WakeAt.ShouldBeNull();
    }

    [Fact]
    public void Connections_at_zero_are_no_end_before_the_sidecar_says_so()
    {
        var scenario = new Scenario(rampDownSeconds: 0).WithActive("a").Delete("a");
        var drain = scenario.Plan().Of("a").Record.Drain!;
        var plan = scenario.Wait(3).Member("a", m => m with { Connections = 0, Drain = Report(drain, false) }).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Draining, "late arrivals may come until the quiet period is over");
    }

    [Fact]
    public void A_drain_without_word_of_its_end_is_forced_after_the_deadline()
    {
        var scenario = new Scenario(deadlineSeconds: 60).WithActive("a").Delete("a");
        var deadline = scenario.Plan().Of("a").Record.Drain!.Deadline;
        scenario.WaitInTouch(60).Plan().Phase("a").ShouldBe(MemberPhase.Draining, "the sidecar's account is awaited");
        var plan = scenario.WaitInTouch(5).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Forced);
        plan.Of("a").Record.Since.ShouldBe(deadline.AddSeconds(2));
        plan.Told("a").ShouldBe(["DrainForced"]);
    }

    [Fact]
    public void A_drain_that_has_ended_stays_ended_when_a_new_operator_has_heard_of_nobody()
    {
        var scenario = new Scenario(rampDownSeconds: 0).WithActive("a").Delete("a");
        var drain = scenario.Plan().Of("a").Record.Drain!;
        scenario.Wait(3).Member("a", m => m with { Drain = Report(drain, finished: true) }).Plan();
        var plan = scenario.RestartOperator(recordsKept: true).Wait(1).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Drained);
        plan.Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_report_that_comes_after_the_drain_was_forced_changes_nothing()
    {
        var scenario = new Scenario(deadlineSeconds: 60).WithActive("a").Delete("a");
        var drain = scenario.Plan().Of("a").Record.Drain!;
        scenario.Wait(63).Plan().Phase("a").ShouldBe(MemberPhase.Forced);
        var plan = scenario.Wait(1).Member("a", m => m with { Drain = Report(drain, finished: true) }).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Forced);
        plan.Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_release_that_has_begun_does_not_go_back_when_the_sidecar_names_a_later_start()
    {
        var scenario = new Scenario(rampDownSeconds: 10).WithActive("a").Delete("a");
        var drain = scenario.Plan().Of("a").Record.Drain!;
        scenario.WaitInTouch(11).Plan().Phase("a").ShouldBe(MemberPhase.Draining);
        var own = Report(drain, finished: false) with
        {
            Id = "own",
            Reason = DrainReason.PreStop,
            StartedAt = scenario.Now,
        };
        var plan = scenario.Wait(1).Member("a", m => m with { Drain = own }).Plan();
        plan.Of("a").Record.Drain!.Id.ShouldBe("own");
        plan.Phase("a").ShouldBe(MemberPhase.Draining);
    }

    [Fact]
    public void A_stale_report_of_another_drain_ends_nothing()
    {
        var scenario = new Scenario(rampDownSeconds: 0)
            .WithActive("a", "b")
            .Pod("a", p => p with { DrainRequested = true });
        var first = scenario.Plan().Of("a").Record.Drain!;
        scenario.WaitInTouch(1).Pod("a", p => p with { DrainRequested = false }).Plan();
        scenario.WaitInTouch(1).Pod("a", p => p with { DrainRequested = true });
        scenario.Member("a", m => m with { Drain = Report(first, finished: true) });
        var plan = scenario.Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Draining);
        plan.Of("a").Record.Drain!.Id.ShouldNotBe(first.Id);
    }

    [Fact]
    public void Taking_the_annotation_away_cancels_the_drain()
    {
        var scenario = new Scenario(slowStartSeconds: 30).WithActive("a", "b").WaitInTouch(40);
        var plan = scenario.Pod("a", p => p with { DrainRequested = true }).Plan();
        plan.Of("a").Record.Drain!.Reason.ShouldBe(DrainReason.Requested);
        plan = scenario.WaitInTouch(5).Pod("a", p => p with { DrainRequested = false }).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Warming);
        plan.Of("a").Record.Drain.ShouldBeNull();
        plan.Told("a").ShouldBe(["DrainCancelled", "Warming"]);
    }

    [Fact]
    public void Lost_readiness_drains_and_regained_readiness_warms_up()
    {
        var scenario = new Scenario(slowStartSeconds: 30).WithActive("a", "b").WaitInTouch(40);
        var plan = scenario.Pod("a", p => p with { Ready = false }).Plan();
        plan.Of("a").Record.Drain!.Reason.ShouldBe(DrainReason.ReadinessLost);
        scenario.WaitInTouch(70).Plan().Phase("a").ShouldBe(MemberPhase.Forced);
        plan = scenario.Pod("a", p => p with { Ready = true }).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Warming);
        plan.Told("a").ShouldBe(["Warming"], "its drain had ended before");
    }

    [Fact]
    public void A_deletion_takes_over_a_drain_by_choice_without_starting_it_again()
    {
        var scenario = new Scenario().WithActive("a", "b").Pod("a", p => p with { DrainRequested = true });
        var before = scenario.Plan().Of("a").Record.Drain!;
        var plan = scenario.WaitInTouch(5).Delete("a").Pod("a", p => p with { DrainRequested = false }).Plan();
        var after = plan.Of("a").Record.Drain.ShouldNotBeNull();
        after.Reason.ShouldBe(DrainReason.PodDeleted);
        (after.Id, after.StartedAt, after.Deadline).ShouldBe((before.Id, before.StartedAt, before.Deadline));
        plan.Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_pod_deleted_before_its_sidecar_attached_has_nothing_to_drain()
    {
        var plan = new Scenario().Pod("a", p => p).Delete("a").Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Pending);
        plan.Of("a").Record.Drain.ShouldBeNull();
    }

    private static DrainFacts Report(DrainRecord drain, bool finished, long forced = 0) =>
        new()
        {
            Id = drain.Id,
            Reason = drain.Reason,
            StartedAt = drain.StartedAt,
            Deadline = drain.Deadline,
            Finished = finished,
            Forced = forced,
        };
}
