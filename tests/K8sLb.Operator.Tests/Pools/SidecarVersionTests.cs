using K8sLb.Operator.Api;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Tests.Hub;

namespace K8sLb.Operator.Tests.Pools;

/// <summary>What people are told of sidecars that a rollout would replace by newer ones.</summary>
public sealed class SidecarVersionTests
{
    [Fact]
    public async Task Sidecars_of_other_versions_are_counted_named_once_and_forgotten_after_a_rollout()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c"));
        bench.AttachAll("a", "b");
        Attach(bench, "c", "1.2.2");
        bench.Run.Reconcile();
        bench.Run.Reconcile();

        await bench.WrittenAsync(s => s.SidecarVersions?.Count == 2, "both versions are in the status");
        bench.Written!.SidecarVersions!.Select(v => (v.Version, v.Pods)).ShouldBe([("1.2.3", 2), ("1.2.2", 1)]);
        var condition = bench.Written.Condition(ConditionTypes.SidecarsCurrent).ShouldNotBeNull();
        condition.Status.ShouldBe("False");
        condition.Reason.ShouldBe(ConditionReasons.OtherVersions);
        condition.Message.ShouldBe(
            "Of 3 sidecars 1 run 1.2.2, and the operator is 1.2.3: a rollout restart brings them to it"
        );
        Told(bench).ShouldHaveSingleItem().ShouldContain("c: its sidecar is 1.2.2, this operator 1.2.3");

        bench.Attach("c");
        bench.Run.Reconcile();

        await bench.WrittenAsync(
            s => s.Condition(ConditionTypes.SidecarsCurrent)?.Status == "True",
            "all are of the operator's version"
        );
        bench.Written.SidecarVersions!.Select(v => (v.Version, v.Pods)).ShouldBe([("1.2.3", 3)]);
        Told(bench).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_sidecar_that_redials_is_not_named_again()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"));
        Attach(bench, "a", "1.2.2");
        bench.Run.Reconcile();

        Attach(bench, "a", "1.2.2");
        bench.Run.Reconcile();

        Told(bench).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_sidecar_that_is_not_attached_any_more_is_not_counted()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c"));
        bench.AttachAll("a");
        Attach(bench, "b", "1.2.2");
        var gone = Attach(bench, "c", "1.2.2");
        bench.Run.Reconcile();
        await bench.WrittenAsync(s => s.SidecarVersions?.Any(v => v.Pods == 2) == true, "all three are counted");

        gone.Detach();
        bench.Run.Reconcile();

        await bench.WrittenAsync(
            s =>
                s.Condition(ConditionTypes.SidecarsCurrent)
                    ?.Message?.StartsWith("Of 2 sidecars 1 run 1.2.2,", StringComparison.Ordinal) == true,
            "two are counted"
        );
        bench.Written!.SidecarVersions!.ShouldAllBe(v => v.Pods == 1);
    }

    [Fact]
    public async Task The_list_of_versions_is_bounded_and_begins_with_the_most_frequent()
    {
        await using var bench = new PoolBench();
        string[] names = [.. Enumerable.Range(0, 30).Select(i => $"pod-{i:00}")];
        bench.Set([.. names.Select(name => Sample.Pod(name))]);
        foreach (var name in names.Take(25))
        {
            Attach(bench, name, $"0.0.{name[^2..]}");
        }
        bench.AttachAll(names.AsSpan(25));
        bench.Run.Reconcile();

        await bench.WrittenAsync(s => s.SidecarVersions?.Count == 16, "as many as the schema permits");
        bench.Written!.SidecarVersions![0].Version.ShouldBe(TestSidecar.Version);
        bench.Written.Condition(ConditionTypes.SidecarsCurrent)!.Message!.ShouldContain("and 10 more");
    }

    private static MemberSession Attach(PoolBench bench, string pod, string version) =>
        bench.Run.Channel.Attach(TestSidecar.Hello(pod) with { SidecarVersion = version }, bench.Time.GetUtcNow());

    private static List<string> Told(PoolBench bench) =>
        [
            .. bench.Events.All.Where(e =>
                e.StartsWith("BackendPool/shop: OtherSidecarVersion: ", StringComparison.Ordinal)
            ),
        ];
}
