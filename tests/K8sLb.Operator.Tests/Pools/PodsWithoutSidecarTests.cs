using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests.Pools;

/// <summary>What people are told of pods that serve beside the pool, because nobody injected them.</summary>
public sealed class PodsWithoutSidecarTests
{
    [Fact]
    public async Task They_are_named_until_a_rollout_has_replaced_them()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Bare("b"), Bare("c"));
        bench.Attach("a");
        bench.Run.Reconcile();

        await bench.WrittenAsync(s => Condition(s)?.Status == "False", "told");
        var condition = Condition(bench.Written!)!;
        condition.Reason.ShouldBe(ConditionReasons.PodsWithoutSidecar);
        condition.Message.ShouldBe(
            "Of 3 pods 2 have no sidecar and are no members: b, c: a rollout restart gives them one"
        );
        bench.Written!.Endpoints!.Single(e => e.Pod == "b").Message.ShouldNotBeNull().ShouldContain("has no sidecar");

        bench.Set(Sample.Pod("b"), Sample.Pod("c"));
        bench.AttachAll("b", "c");
        bench.Run.Reconcile();

        await bench.WrittenAsync(s => Condition(s)?.Status == "True", "replaced");
        Condition(bench.Written!)!.Reason.ShouldBe(ConditionReasons.SameVersion);
    }

    [Fact]
    public async Task Nobody_waits_for_their_sidecars()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Bare("b"));
        bench.Attach("a");

        bench.Run.Reconcile();

        bench.Published.ShouldNotBeNull("settling waits for those that can attach");
    }

    [Fact]
    public async Task Native_sidecars_count_and_pods_that_opt_out_or_leave_are_not_named()
    {
        await using var bench = new PoolBench();
        var native = Bare("native");
        native.Spec!.InitContainers = [new V1Container { Name = PodConventions.SidecarContainer }];
        var optsOut = Bare("opts-out");
        optsOut.Metadata.Labels![PodConventions.InjectLabel] = PodConventions.InjectDisabled;
        var leaves = Bare("leaves");
        leaves.Metadata.DeletionTimestamp = bench.Time.GetUtcNow();
        var ended = Bare("ended");
        ended.Status!.Phase = "Succeeded";
        bench.Set(native, optsOut, leaves, ended);
        bench.Attach("native");

        bench.Run.Reconcile();

        await bench.WrittenAsync(s => Condition(s) is not null, "told");
        Condition(bench.Written!)!.Status.ShouldBe("True");
    }

    private static V1Condition? Condition(BackendPoolStatus status) => status.Condition(ConditionTypes.SidecarsCurrent);

    private static V1Pod Bare(string name)
    {
        var pod = Sample.Pod(name);
        pod.Spec!.Containers = [new V1Container { Name = "app" }];
        return pod;
    }
}
