namespace K8sLb.Core.Tests;

/// <summary>The planner answers whatever it is given.</summary>
public sealed class TotalityTests
{
    [Fact]
    public void An_empty_pool_has_an_empty_plan()
    {
        var plan = new Scenario().Plan();
        plan.Members.ShouldBeEmpty();
        plan.WakeAt.ShouldBeNull();
        plan.Summary.Panic.ShouldBeFalse();
    }

    [Fact]
    public void Durations_without_end_do_not_overflow()
    {
        var scenario = new Scenario().WithActive("a", "b").Delete("a");
        var snapshot = scenario.Snapshot;
        var forever = new DrainSpec
        {
            Deadline = TimeSpan.MaxValue,
            RampDown = TimeSpan.MaxValue,
            MinAvailable = new Quantity(int.MaxValue, IsPercent: true),
        };
        var spec = new PoolSpec
        {
            Drain = forever,
            SlowStart = new SlowStartSpec { Duration = TimeSpan.MaxValue },
        };
        var pods = snapshot.Pods.Select(p => p with { KilledAt = null }).ToArray();
        var plan = PoolPlanner.Plan(snapshot with { Spec = spec, Pods = pods }, scenario.Now);
        plan.Of("a").Record.Drain!.Deadline.ShouldBe(DateTimeOffset.MaxValue);
    }

    [Fact]
    public void Facts_and_records_of_unknown_pods_are_left_out()
    {
        var scenario = new Scenario().Member("stranger").WithActive("a");
        scenario.Plan().Members.ShouldHaveSingleItem().Record.Name.ShouldBe("a");
    }

    [Fact]
    public void Facts_that_come_twice_do_not_stop_the_plan()
    {
        var snapshot = new Scenario().WithActive("a").Snapshot;
        var twice = snapshot with
        {
            Pods = [.. snapshot.Pods, .. snapshot.Pods],
            Members = [.. snapshot.Members, .. snapshot.Members],
            Records = [.. snapshot.Records, .. snapshot.Records],
        };
        PoolPlanner.Plan(twice, snapshot.Members[0].LastSeen).Members.Count.ShouldBe(1);
    }
}
