namespace K8sLb.Core.Tests.Rules;

/// <summary>Members in service that do worse than the others.</summary>
public sealed class OutlierTests
{
    private static readonly OutlierSpec Spec = new()
    {
        ConsecutiveErrors = 5,
        ErrorPercent = 50,
        MinRequests = 20,
        LatencyFactor = 3,
        Interval = TimeSpan.FromSeconds(10),
        BaseEjectionTime = TimeSpan.FromSeconds(30),
        MaxEjectionPercent = 40,
        PanicPercent = 50,
    };

    [Fact]
    public void Failures_in_a_row_eject_a_member_for_a_while()
    {
        var scenario = Pool("a", "b", "c");
        Report(scenario, "a", served: 100, failed: 5, inARow: 5);

        var plan = scenario.Plan();
        plan.Of("a").Available.ShouldBeFalse();
        plan.Phase("a").ShouldBe(MemberPhase.Active, "its connections stay");
        plan.Of("a").Why.ShouldContain("5 failures in a row");
        plan.Told("a").ShouldBe(["Ejected"]);
        plan.WakeAt.ShouldNotBeNull();

        scenario.WaitInTouch(29).Plan().Of("a").Available.ShouldBeFalse();
        var back = scenario.WaitInTouch(2).Plan();
        back.Of("a").Available.ShouldBeTrue("the same failures do not count twice");
        back.Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_member_that_is_admitted_again_starts_slowly()
    {
        var scenario = new Scenario(outliers: Spec, slowStartSeconds: 20).WithActive("a", "b", "c");
        scenario.WaitInTouch(30).Plan();
        Report(scenario, "a", served: 100, failed: 5, inARow: 5);
        var ejectedAt = scenario.Now;
        scenario.Plan().Of("a").Available.ShouldBeFalse();

        var back = scenario.WaitInTouch(31).Plan();
        back.Of("a").Available.ShouldBeTrue();
        back.Phase("a").ShouldBe(MemberPhase.Warming);
        back.Of("a").Record.WarmingSince.ShouldBe(ejectedAt.AddSeconds(30));
        back.WakeAt.ShouldNotBeNull();

        scenario.WaitInTouch(19).Plan().Phase("a").ShouldBe(MemberPhase.Active);
    }

    [Fact]
    public void Where_too_few_are_left_because_others_went_all_are_used()
    {
        var scenario = Pool("a", "b", "c", "d", "e");
        foreach (var name in (string[])["a", "b"])
        {
            Report(scenario, name, served: 100, failed: 5, inARow: 5);
        }
        scenario.Plan().Summary.Available.ShouldBe(3);

        foreach (var name in (string[])["d", "e"])
        {
            scenario.Pod(name, p => p with { DrainRequested = true });
        }
        var plan = scenario.WaitInTouch(1).Plan();

        // One of three would be less than half.
        plan.Of("a").Available.ShouldBeTrue();
        plan.Of("b").Available.ShouldBeTrue();
        plan.Of("d").Available.ShouldBeFalse("a drain is no guess");
    }

    [Fact]
    public void Four_in_a_row_are_chance()
    {
        var scenario = Pool("a", "b", "c");
        Report(scenario, "a", served: 100, failed: 4, inARow: 4);

        scenario.Plan().Of("a").Available.ShouldBeTrue();
    }

    [Fact]
    public void Each_repeat_takes_twice_as_long_and_good_intervals_make_up_for_it()
    {
        var scenario = Pool("a", "b", "c");
        Report(scenario, "a", served: 100, failed: 5, inARow: 5);
        scenario.Plan();
        scenario.WaitInTouch(31).Plan().Of("a").Available.ShouldBeTrue();

        Report(scenario, "a", served: 110, failed: 10, inARow: 10);
        scenario.Plan().Of("a").Available.ShouldBeFalse();
        scenario.WaitInTouch(59).Plan().Of("a").Available.ShouldBeFalse();
        scenario.WaitInTouch(2).Plan().Of("a").Available.ShouldBeTrue();

        Report(scenario, "a", served: 200, failed: 10, inARow: 0);
        for (var interval = 0; interval < 4; interval++)
        {
            scenario.WaitInTouch(11).Plan();
        }
        scenario.Plan().Of("a").Record.Ejection.ShouldBeNull("it is forgiven");
    }

    [Theory]
    [InlineData(20, 10, false)]
    [InlineData(20, 9, true)]
    [InlineData(19, 19, true)] // too few to tell
    public void The_part_that_fails_in_an_interval_counts(int served, int failed, bool available)
    {
        var scenario = Pool("a", "b", "c");
        Report(scenario, "a", served: 1_000, failed: 0, inARow: 0);
        scenario.WaitInTouch(11).Plan();

        Report(scenario, "a", served: 1_000 + served, failed: failed, inARow: 1);
        scenario.Plan().Of("a").Available.ShouldBeTrue("the interval is not over");
        scenario.WaitInTouch(11).Plan().Of("a").Available.ShouldBe(available);
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(31, false)]
    public void Answers_that_take_far_longer_than_usual_count(double latency, bool available)
    {
        var scenario = Pool("a", "b", "c");
        Report(scenario, "a", served: 100, failed: 0, inARow: 0, latency);
        scenario.Plan();

        scenario.WaitInTouch(11).Plan().Of("a").Available.ShouldBe(available);
    }

    [Fact]
    public void Never_are_more_ejected_than_the_pool_allows()
    {
        var scenario = Pool("a", "b", "c", "d", "e");
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            Report(scenario, name, served: 100, failed: 50, inARow: 50);
        }

        scenario.Plan().Members.Count(m => !m.Available).ShouldBe(2);
    }

    [Fact]
    public void The_last_members_are_never_ejected()
    {
        var scenario = Pool("a");
        Report(scenario, "a", served: 100, failed: 50, inARow: 50);

        scenario.Plan().Of("a").Available.ShouldBeTrue();
    }

    [Fact]
    public void A_sidecar_that_counts_anew_is_judged_anew()
    {
        var scenario = Pool("a", "b", "c");
        Report(scenario, "a", served: 1_000, failed: 0, inARow: 0);
        scenario.Plan();

        Report(scenario, "a", served: 30, failed: 3, inARow: 0);
        scenario.WaitInTouch(11).Plan().Of("a").Available.ShouldBeTrue();
    }

    private static Scenario Pool(params string[] names)
    {
        var scenario = new Scenario(outliers: Spec).WithActive(names);
        foreach (var name in names)
        {
            Report(scenario, name, served: 100, failed: 0, inARow: 0);
        }
        scenario.Plan();
        return scenario;
    }

    private static void Report(
        Scenario scenario,
        string name,
        long served,
        long failed,
        int inARow,
        double latency = 10
    ) =>
        scenario.Member(
            name,
            m =>
                m with
                {
                    Outcomes = new()
                    {
                        Served = served,
                        Failed = failed,
                        FailuresInARow = inARow,
                        LatencyMs = latency,
                    },
                }
        );
}
