namespace K8sLb.Core.Tests.Rules;

/// <summary>Members that others find fault with, whatever they say of themselves.</summary>
public sealed class PeerTestimonyTests
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
        PanicPercent = 40,
    };

    [Fact]
    public void What_two_peers_cannot_reach_is_ejected_for_a_while()
    {
        var scenario = Pool("a", "b", "c", "d");
        Finds(scenario, "b", Unreachable(scenario, "a", 5));
        scenario.Plan().Of("a").Available.ShouldBeTrue("one alone may have a broken network itself");
        Finds(scenario, "c", Unreachable(scenario, "a", 7));

        var plan = scenario.Plan();

        plan.Of("a").Available.ShouldBeFalse();
        plan.Of("a").Why.ShouldContain("as its peers see it, b: 5 failures in a row; c: 7 failures in a row");
        plan.Told("a").ShouldBe(["Ejected"]);
        scenario.WaitInTouch(29).Plan().Of("a").Available.ShouldBeFalse();
        scenario.WaitInTouch(2).Plan().Of("a").Available.ShouldBeTrue("nothing has been seen since");
    }

    [Fact]
    public void Each_peer_counts_its_own_failures()
    {
        var scenario = Pool("a", "b", "c", "d");
        foreach (var peer in (string[])["b", "c", "d"])
        {
            Finds(scenario, peer, Unreachable(scenario, "a", 4));
        }

        scenario.Plan().Of("a").Available.ShouldBeTrue("a few failures at each of many are chance");
    }

    [Fact]
    public void The_same_is_found_again_when_it_is_back_and_fails_again()
    {
        var scenario = Pool("a", "b", "c", "d");
        Finds(scenario, "b", Unreachable(scenario, "a", 5));
        Finds(scenario, "c", Unreachable(scenario, "a", 5));
        scenario.Plan();
        scenario.WaitInTouch(31).Plan().Of("a").Available.ShouldBeTrue();

        scenario.WaitInTouch(1);
        Finds(scenario, "b", Unreachable(scenario, "a", 6));
        Finds(scenario, "c", Unreachable(scenario, "a", 6));
        scenario.Plan().Of("a").Available.ShouldBeFalse();

        scenario.WaitInTouch(59).Plan().Of("a").Available.ShouldBeFalse("a repeat lasts twice as long");
        scenario.WaitInTouch(2).Plan().Of("a").Available.ShouldBeTrue();
    }

    [Fact]
    public void Who_finds_fault_with_most_of_the_others_is_not_heard()
    {
        var scenario = Pool("a", "b", "c", "d");
        Finds(scenario, "b", [.. "acd".Select(name => Unreachable(scenario, $"{name}", 9))]);
        Finds(scenario, "c", Unreachable(scenario, "a", 9));

        scenario.Plan().Members.ShouldAllBe(m => m.Available);
    }

    [Fact]
    public void Of_two_members_one_witness_is_all_that_there_can_be()
    {
        var scenario = Pool("a", "b");
        Finds(scenario, "b", Unreachable(scenario, "a", 5));

        scenario.Plan().Of("a").Available.ShouldBeFalse();
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(11, true)]
    public void What_was_seen_long_ago_does_not_count(double secondsAgo, bool available)
    {
        var scenario = Pool("a", "b", "c", "d");
        Finds(scenario, "b", Unreachable(scenario, "a", 5));
        Finds(scenario, "c", Unreachable(scenario, "a", 5));

        scenario.WaitInTouch(secondsAgo).Plan().Of("a").Available.ShouldBe(available);
    }

    [Fact]
    public void The_word_of_a_member_whose_stream_is_broken_does_not_count()
    {
        var scenario = Pool("a", "b", "c", "d");
        Finds(scenario, "b", Unreachable(scenario, "a", 5));
        Finds(scenario, "c", Unreachable(scenario, "a", 5));
        scenario.Member("c", m => m with { Attached = false });

        scenario.Plan().Of("a").Available.ShouldBeTrue();
    }

    [Theory]
    [InlineData(20, 10, 10, false)]
    [InlineData(20, 9, 10, true)]
    [InlineData(19, 19, 10, true)] // too few to tell
    [InlineData(20, 0, 31, false)]
    [InlineData(20, 0, 30, true)]
    public void Ratio_and_latency_count_as_well(int served, int failed, double latencyMs, bool available)
    {
        var scenario = Pool("a", "b", "c", "d");
        foreach (var peer in (string[])["b", "c"])
        {
            Finds(
                scenario,
                peer,
                new PeerFacts
                {
                    Uid = "uid-a",
                    Served = served,
                    Failed = failed,
                    LatencyMs = latencyMs,
                    UsualLatencyMs = 10,
                    LastOutcome = scenario.Now,
                }
            );
        }

        scenario.Plan().Of("a").Available.ShouldBe(available);
    }

    [Fact]
    public void Strangers_and_oneself_are_passed_over()
    {
        var scenario = Pool("a", "b", "c", "d");
        foreach (var peer in (string[])["a", "b", "c"])
        {
            Finds(scenario, peer, Unreachable(scenario, "a", 1), Unreachable(scenario, "stranger", 9));
        }
        Finds(scenario, "a", Unreachable(scenario, "a", 9));

        scenario.Plan().Members.ShouldAllBe(m => m.Available);
    }

    private static PeerFacts Unreachable(Scenario scenario, string name, int inARow) =>
        new()
        {
            Uid = $"uid-{name}",
            FailuresInARow = inARow,
            LastOutcome = scenario.Now,
        };

    private static void Finds(Scenario scenario, string peer, params PeerFacts[] findings) =>
        scenario.Member(peer, m => m with { Peers = findings });

    private static Scenario Pool(params string[] names)
    {
        var scenario = new Scenario(outliers: Spec).WithActive(names);
        scenario.Plan();
        return scenario;
    }
}
