namespace K8sLb.Core.Tests.Rules;

/// <summary>Members whose sidecars find that their applications do not work.</summary>
public sealed class HealthTests
{
    private const string Finding = "GET /healthz on 127.0.0.1:8080 was answered with 503";

    [Fact]
    public void A_member_that_fails_its_check_is_drained_for_that_reason()
    {
        var plan = new Scenario(rampDownSeconds: 5).WithActive("a", "b").Member("a", Ailing).Plan();

        plan.Phase("a").ShouldBe(MemberPhase.RampDown);
        plan.Of("a").Available.ShouldBeFalse();
        plan.Of("a").Why.ShouldBe($"the health check failed: {Finding}");
        plan.Of("a").Record.Drain.ShouldNotBeNull().Reason.ShouldBe(DrainReason.HealthCheckFailed);
        plan.Of("b").Available.ShouldBeTrue();
    }

    [Fact]
    public void It_goes_on_while_it_fails_and_comes_back_when_it_does_not()
    {
        var scenario = new Scenario(rampDownSeconds: 1).WithActive("a", "b").Member("a", Ailing);
        scenario.Plan();

        scenario.WaitInTouch(5).Plan().Phase("a").ShouldBe(MemberPhase.Draining);
        var back = scenario.Member("a", m => m with { Ailing = null }).Plan();

        back.Phase("a").ShouldBe(MemberPhase.Active);
        back.Of("a").Available.ShouldBeTrue();
        back.Told("a").ShouldBe(["DrainCancelled", "Active"]);
    }

    [Fact]
    public void Lost_readiness_is_the_reason_where_both_are_so()
    {
        var scenario = new Scenario().WithActive("a", "b").Member("a", Ailing).Pod("a", p => p with { Ready = false });

        scenario.Plan().Of("a").Record.Drain.ShouldNotBeNull().Reason.ShouldBe(DrainReason.ReadinessLost);
    }

    [Fact]
    public void Where_too_few_would_be_left_it_gets_no_new_work_and_keeps_its_connections()
    {
        var plan = new Scenario(minAvailable: 2).WithActive("a", "b").Member("a", Ailing).Plan();

        plan.Phase("a").ShouldBe(MemberPhase.RampDown);
        plan.Of("a").Record.Drain.ShouldBeNull();
        plan.Of("a").Available.ShouldBeFalse();
        plan.Told("a").ShouldBe(["DrainHeldBack"]);
    }

    [Fact]
    public void It_does_not_come_into_service_before_it_works()
    {
        var scenario = new Scenario().WithActive("a").Pod("b", p => p with { Ready = true }).Member("b", Ailing);

        var plan = scenario.Plan();
        plan.Phase("b").ShouldBe(MemberPhase.Pending);
        plan.Of("b").Why.ShouldBe($"the health check fails: {Finding}");
        scenario.Member("b", m => m with { Ailing = null }).Plan().Phase("b").ShouldBe(MemberPhase.Active);
    }

    [Fact]
    public void Its_deletion_is_no_less_a_deletion()
    {
        var scenario = new Scenario().WithActive("a", "b").Member("a", Ailing).Delete("a");

        scenario.Plan().Of("a").Record.Drain.ShouldNotBeNull().Reason.ShouldBe(DrainReason.PodDeleted);
    }

    [Fact]
    public void An_application_that_asks_to_be_drained_is_drained_as_if_its_owner_had_asked()
    {
        var scenario = new Scenario().WithActive("a", "b").Member("a", m => m with { AsksToDrain = true });

        scenario.Plan().Of("a").Record.Drain.ShouldNotBeNull().Reason.ShouldBe(DrainReason.Requested);
        scenario.Member("a", m => m with { AsksToDrain = false }).Plan().Phase("a").ShouldBe(MemberPhase.Active);
    }

    [Theory]
    [InlineData(100, 100, 100)]
    [InlineData(50, 50, 25)]
    [InlineData(1, 5, 1)] // above 0 it stays above 0
    [InlineData(1000, 200, 1000)]
    [InlineData(100, 0, 0)]
    public void What_it_wants_scales_the_weight_that_it_was_given(int given, int percent, int weight)
    {
        var scenario = new Scenario().WithActive("a", "b").Pod("a", p => p with { Weight = given });

        scenario.Member("a", m => m with { WeightPercent = percent }).Plan().Of("a").Weight.ShouldBe(weight);
    }

    private static MemberFacts Ailing(MemberFacts member) => member with { Ailing = Finding };
}
