namespace K8sLb.Core.Tests.Rules;

/// <summary>Sidecars that do not speak.</summary>
public sealed class LostMemberTests
{
    [Fact]
    public void A_silent_member_gets_no_work_and_goes_on_as_before_when_it_speaks()
    {
        var scenario = new Scenario(slowStartSeconds: 30).WithActive("a", "b");
        var heard = scenario.WaitInTouch(40).Now;
        scenario.Plan();
        var plan = scenario.Wait(14).Member("b").Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Active);
        plan.WakeAt.ShouldBe(heard.AddSeconds(15));

        plan = scenario.Wait(2).Member("b").Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Lost);
        plan.Of("a").Record.Since.ShouldBe(heard.AddSeconds(15));
        plan.Of("a").Available.ShouldBeFalse();
        plan.Of("a").Weight.ShouldBe(0);
        plan.Summary.Lost.ShouldBe(1);
        plan.Told("a").ShouldBe(["Lost"]);

        plan = scenario.Wait(30).Member("b").Member("a").Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Active, "only the stream was broken, so it is still warm");
        plan.Of("a").Available.ShouldBeTrue();
    }

    [Fact]
    public void A_stream_that_is_open_and_silent_is_lost_too()
    {
        var scenario = new Scenario().WithActive("a", "b");
        scenario.Snapshot.Members.ShouldAllBe(m => m.Attached);
        scenario.Wait(20).Member("b").Plan().Phase("a").ShouldBe(MemberPhase.Lost);
    }

    [Fact]
    public void Silence_in_the_middle_of_the_slow_start_does_not_start_it_again()
    {
        var scenario = new Scenario(slowStartSeconds: 60).WithActive("a").WaitInTouch(60);
        var start = scenario.Now;
        scenario.Pod("b", p => p with { Ready = true }).Member("b").Plan();
        scenario.Wait(20).Member("a").Plan().Phase("b").ShouldBe(MemberPhase.Lost);
        var plan = scenario.Member("b").Plan();
        plan.Phase("b").ShouldBe(MemberPhase.Warming);
        plan.Of("b").Record.WarmingSince.ShouldBe(start);
    }

    [Fact]
    public void When_all_are_lost_they_are_offered_all_the_same()
    {
        var scenario = new Scenario().WithActive("a", "b").Pod("b", p => p with { Weight = 20 });
        var plan = scenario.Wait(30).Plan();
        plan.Members.ShouldAllBe(m => m.Record.Phase == MemberPhase.Lost && m.Available);
        plan.Of("b").Weight.ShouldBe(20);
        plan.Summary.Panic.ShouldBeTrue();
        plan = scenario.Member("a").Plan();
        plan.Of("b").Available.ShouldBeFalse("now there is somebody known to be well");
        plan.Summary.Panic.ShouldBeFalse();
    }

    [Fact]
    public void A_new_operator_takes_nobody_for_lost_before_they_had_time_to_attach()
    {
        var scenario = new Scenario().WithActive("a", "b").Wait(3_600).RestartOperator(recordsKept: true);
        var plan = scenario.Plan();
        plan.Members.ShouldAllBe(m => m.Record.Phase == MemberPhase.Active && m.Available);
        plan.WakeAt.ShouldBe(scenario.Now.AddSeconds(15));
        scenario.Wait(20).Member("b").Plan().Phase("a").ShouldBe(MemberPhase.Lost);
    }

    [Fact]
    public void Lost_readiness_and_deletion_count_for_a_lost_member_too()
    {
        var scenario = new Scenario().WithActive("a", "b", "c").Wait(20).Member("c");
        scenario.Plan();
        scenario.Pod("a", p => p with { Ready = false }).Delete("b");
        var plan = scenario.Plan();
        plan.Of("a").Record.Drain!.Reason.ShouldBe(DrainReason.ReadinessLost);
        plan.Of("b").Record.Drain!.Reason.ShouldBe(DrainReason.PodDeleted);
    }
}
