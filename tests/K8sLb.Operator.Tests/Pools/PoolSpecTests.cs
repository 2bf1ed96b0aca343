using K8sLb.Core;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests.Pools;

/// <summary>What becomes of a pool whose spec, or whose pods' annotations, cannot be used.</summary>
public sealed class PoolSpecTests
{
    [Fact]
    public async Task A_bad_spec_leaves_the_sidecars_with_the_last_good_one()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"));
        bench.Attach("a");
        bench.Run.Reconcile();
        var bad = Sample.Pool("shop", generation: 2);
        bad.Spec!.Drain.RampDown = "2h";

        bench.Set(bad);
        bench.Run.Reconcile();

        await bench.WrittenAsync(
            s =>
                s.ObservedGeneration == 2
                && s.Condition(ConditionTypes.Accepted) is { Status: "False", Reason: ConditionReasons.Invalid } c
                && c.Message
                    == "spec.drain.rampDown: \"2h\": must be shorter than deadline (60s); the last valid spec stays in force",
            "the condition names the field"
        );
        bench.Published!.Policy.Drain.RampDownMs.ShouldBe(5000);
        bench.Events.All.ShouldContain(e =>
            e.StartsWith("BackendPool/shop: NotAccepted: Invalid: spec.drain.rampDown")
        );

        bench.Set(Sample.Pool("shop", generation: 3));
        bench.Run.Reconcile();
        bench.Events.All.ShouldContain("BackendPool/shop: Accepted: The spec is in force");
    }

    [Fact]
    public async Task A_pool_that_was_never_good_says_so_and_keeps_what_is_known_of_its_members()
    {
        var bad = Sample.Pool("shop");
        bad.Spec!.Ports!.Clear();
        bad.Status = new BackendPoolStatus
        {
            Endpoints =
            [
                new EndpointStatus
                {
                    Pod = "a",
                    Uid = "uid-a",
                    Phase = MemberPhase.Draining,
                },
            ],
        };
        await using var bench = new PoolBench(bad);

        bench.Run.Reconcile();

        await bench.WrittenAsync(
            s =>
                s.Condition(ConditionTypes.Accepted) is { Status: "False" }
                && s.Condition(ConditionTypes.Programmed) is { Reason: ConditionReasons.NeverAccepted },
            "the conditions say so"
        );
        bench.Written!.Endpoints!.Single().Phase.ShouldBe(MemberPhase.Draining);
        bench.Published.ShouldBeNull();
    }

    [Fact]
    public async Task A_bad_annotation_is_told_once()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a", annotations: ("k8slb.io/weight", "heavy")));
        bench.Run.Reconcile();
        bench.Run.Reconcile();

        bench.Events.All.Count(e => e.Contains("InvalidAnnotation", StringComparison.Ordinal)).ShouldBe(1);
        bench.Events.All.ShouldContain(
            "BackendPool/shop: InvalidAnnotation: a: k8slb.io/weight: \"heavy\": must be a whole number from 0 to 1000; ignored"
        );
    }
}
