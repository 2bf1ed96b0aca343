namespace K8sLb.Core.Tests.Rules;

/// <summary>Members whose sidecars keep work away from their applications.</summary>
public sealed class CircuitTests
{
    [Fact]
    public void A_member_whose_circuit_opens_is_named_once_and_goes_on_as_before()
    {
        var scenario = new Scenario().WithActive("a", "b");
        scenario.Member("a", m => m with { CircuitOpen = "its circuit is open" });

        var plan = scenario.Plan();

        plan.Told("a").ShouldBe(["CircuitOpened"]);
        plan.Of("a").Why.ShouldEndWith("; its circuit is open");
        plan.Of("a").Record.CircuitOpenSince.ShouldBe(scenario.Now);
        plan.Of("a").Available.ShouldBeTrue();
        plan.Phase("a").ShouldBe(MemberPhase.Active);

        var later = scenario.WaitInTouch(5).Plan();
        later.Events.ShouldBeEmpty();
        later.Of("a").Record.CircuitOpenSince.ShouldBe(scenario.Now - TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void It_is_told_when_it_closes()
    {
        var scenario = new Scenario().WithActive("a", "b");
        scenario.Member("a", m => m with { CircuitOpen = "its circuit is open" }).Plan();

        var plan = scenario.Wait(1).Member("a", m => m with { CircuitOpen = null }).Plan();

        plan.Told("a").ShouldBe(["CircuitClosed"]);
        plan.Of("a").Record.CircuitOpenSince.ShouldBeNull();
    }
}
