namespace K8sLb.Core.Tests.Rules;

/// <summary>How a member comes into service, and what it weighs there.</summary>
public sealed class EntryTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_member_is_pending_until_it_is_ready_and_attached(bool ready, bool attached)
    {
        var scenario = new Scenario().Pod("a", p => p with { Ready = ready });
        if (attached)
        {
            scenario.Member("a");
        }
        var plan = scenario.Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Pending);
        plan.Of("a").Available.ShouldBeFalse();
        plan.Of("a").Weight.ShouldBe(0);
        plan.Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_pod_that_nobody_injected_says_so()
    {
        var scenario = new Scenario().Pod("a", p => p with { Ready = true, HasSidecar = false });

        var plan = scenario.Plan();

        plan.Phase("a").ShouldBe(MemberPhase.Pending);
        plan.Of("a").Why.ShouldNotBeNull().ShouldStartWith("it has no sidecar");
    }

    [Fact]
    public void A_ready_member_whose_sidecar_has_gone_silent_stays_pending()
    {
        var scenario = new Scenario().Pod("a", p => p).Member("a");
        scenario.Plan();
        var plan = scenario.Wait(60).Pod("a", p => p with { Ready = true }).Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Pending);
        scenario.Member("a").Plan().Phase("a").ShouldBe(MemberPhase.Active);
    }

    [Fact]
    public void A_whole_pool_that_starts_does_not_warm_up()
    {
        var scenario = new Scenario(slowStartSeconds: 30).WithActive("a", "b");
        var plan = scenario.WaitInTouch(5).Pod("c", p => p with { Ready = true }).Member("c").Plan();
        plan.Members.ShouldAllBe(m => m.Record.Phase == MemberPhase.Active && m.Record.WarmingSince == null);
        plan.Told("c").ShouldBe(["Active"]);
    }

    [Fact]
    public void A_member_that_joins_warm_ones_warms_up_and_is_then_active()
    {
        var scenario = new Scenario(slowStartSeconds: 30).WithActive("a").WaitInTouch(30);
        var plan = scenario.Pod("b", p => p with { Ready = true }).Member("b").Plan();
        plan.Phase("b").ShouldBe(MemberPhase.Warming);
        plan.Of("b").Record.WarmingSince.ShouldBe(scenario.Now);
        plan.Of("b").Weight.ShouldBe(100, "sidecars apply the curve");
        plan.Told("b").ShouldBe(["Warming"]);

        var start = scenario.Now;
        plan = scenario.WaitInTouch(40).Plan();
        plan.Phase("b").ShouldBe(MemberPhase.Active);
        plan.Of("b").Record.WarmingSince.ShouldBeNull();
        plan.Of("b").Record.Since.ShouldBe(start.AddSeconds(30), "that is when it was warm");
        plan.Told("b").ShouldBe(["Active"]);
    }

    [Theory]
    [InlineData(null, 100, true)]
    [InlineData(50, 50, true)]
    [InlineData(0, 0, false)]
    [InlineData(-7, 0, false)]
    [InlineData(5_000, 1_000, true)]
    public void The_annotation_sets_the_weight_within_its_bounds(int? annotation, int weight, bool available)
    {
        var scenario = new Scenario().Pod("a", p => p with { Ready = true, Weight = annotation }).Member("a");
        var member = scenario.Plan().Of("a");
        member.Weight.ShouldBe(weight);
        member.Available.ShouldBe(available);
    }

    [Fact]
    public void A_pod_that_has_ended_is_gone_once()
    {
        var scenario = new Scenario().WithActive("a").Pod("a", p => p with { Terminated = true, Ready = false });
        var plan = scenario.Plan();
        plan.Phase("a").ShouldBe(MemberPhase.Gone);
        plan.Told("a").ShouldBe(["Gone"]);
        plan.Summary.Total.ShouldBe(0);
        scenario.Wait(1).Plan().Events.ShouldBeEmpty();
        scenario.Remove("a").Plan().Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_pod_that_vanishes_leaves_one_last_event()
    {
        var scenario = new Scenario().WithActive("a", "b").Delete("a");
        scenario.Plan();
        var plan = scenario.Wait(1).Remove("a").Plan();
        plan.Members.Count.ShouldBe(1);
        plan.Events.ShouldHaveSingleItem().Warning.ShouldBeTrue("its drain was under way");
        plan.Told("a").ShouldBe(["Gone"]);
        scenario.Wait(1).Plan().Events.ShouldBeEmpty();
    }
}
