using K8sLb.Core;
using K8sLb.Operator.Api;
using K8sLb.Protocol;
using K8sLb.TestKit;
using DrainReason = K8sLb.Core.DrainReason;

namespace K8sLb.Operator.Tests.Cluster;

[Collection(ClusterTests.Name)]
public sealed class ReconcileTests(OperatorCluster cluster) : IAsyncLifetime
{
    private PoolWorld world = null!;

    public async Task InitializeAsync()
    {
        world = await PoolWorld.CreateAsync(cluster);
        await world.StartOperatorAsync();
    }

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task Members_that_are_ready_and_attached_take_work_and_the_status_says_so()
    {
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a", "b", "c");

        var status = await world.ActiveAsync(3);

        status.ObservedGeneration.ShouldBe(1);
        status.Members!.Total.ShouldBe(3);
        status
            .Endpoints!.Select(e => (e.Pod, e.Phase, e.Weight))
            .ShouldBe([("a", MemberPhase.Active, 100), ("b", MemberPhase.Active, 100), ("c", MemberPhase.Active, 100)]);
        status.Endpoints!.ShouldAllBe(e => e.AcknowledgedVersion == status.Version);
        status
            .Conditions!.Select(c => (c.Type, c.Status))
            .ShouldBe([
                (ConditionTypes.Accepted, "True"),
                (ConditionTypes.Programmed, "True"),
                (ConditionTypes.Ready, "True"),
                (ConditionTypes.Draining, "False"),
                (ConditionTypes.Degraded, "False"),
                (ConditionTypes.SidecarsCurrent, "False"),
                (ConditionTypes.CapacityGuarded, "False"),
            ]);
        world["a"].Sees("b")!.PeerCredential.ShouldBe("credential-b");

        var table = await world.KubectlAsync("get", "bpool", "shop");
        table
            .Split('\n')[0]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["NAME", "READY", "DRAINING", "CONNS", "ETA", "PROGRAMMED", "AGE"]);
    }

    [Fact]
    public async Task A_deleted_pod_is_told_to_drain_and_its_peers_leave_it_alone()
    {
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a", "b", "c");
        await world.ActiveAsync(3);

        await world.DeletePodAsync("a");

        await Eventually.IsTrue(() => world["a"].Directive is not null, "a is told to drain");
        world["a"].Directive!.Reason.ShouldBe(Protocol.DrainReason.PodDeleted);
        await Eventually.IsTrue(
            () => world["b"].Sees("a")?.Availability == MemberAvailability.Unavailable,
            "b sends a no more work"
        );
        world["b"].Directive.ShouldBeNull();
        var draining = await world.StatusAsync(
            s => PoolWorld.Holds(s, ConditionTypes.Draining) && PoolWorld.Endpoint(s, "a").Drain?.Initial == 10,
            "the status shows the drain"
        );
        draining.Eta.ShouldNotBeNull();
        draining
            .Condition(ConditionTypes.Draining)!
            .Message.ShouldStartWith("a: PodDeleted, 10 of 10 connections left, expected to end at ");

        world["a"].FinishDrain();
        await world.StatusAsync(
            s =>
                PoolWorld.Endpoint(s, "a").Phase == MemberPhase.Drained && !PoolWorld.Holds(s, ConditionTypes.Draining),
            "a is drained"
        );
        await world.DeletePodAsync("a", graceSeconds: 0);
        await world.StatusAsync(s => s.Members!.Total == 2 && s.Endpoints!.Count == 2, "a is gone");

        await world.EventAsync("BackendPool/shop DrainStarted a: PodDeleted: ");
        await world.EventAsync("BackendPool/shop Drained a: PodDeleted: ");
        await world.EventAsync("Pod/a DrainStarted PodDeleted: ");
        await world.EventAsync("BackendPool/shop Gone a: ");
        var story = await world.KubectlAsync("describe", "bpool", "shop");
        var told = story.Split('\n').Where(line => line.Contains(" a: ", StringComparison.Ordinal)).ToArray();
        told.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])
            .Where(reason => reason is "DrainStarted" or "Drained" or "Gone")
            .ShouldBe(["DrainStarted", "Drained", "Gone"]);
        told.ShouldContain(line =>
            line.Contains("PodDeleted: new work goes to peers, release from ", StringComparison.Ordinal)
        );
        told.ShouldContain(line =>
            line.Contains("PodDeleted: all connections were released (10 at its start) in ", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_annotation_drains_a_pod_and_taking_it_away_cancels_that()
    {
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a", "b", "c");
        await world.ActiveAsync(3);

        await world.AnnotateAsync("a", "k8slb.io/drain", "true");
        await Eventually.IsTrue(() => world["a"].Directive is not null, "a is told to drain");
        var status = await world.StatusAsync(s => s.Members!.Draining == 1, "the status shows the drain");
        PoolWorld.Endpoint(status, "a").Drain!.Reason.ShouldBe(DrainReason.Requested);

        await world.AnnotateAsync("a", "k8slb.io/drain", null);

        await Eventually.IsTrue(() => world["a"] is { Snapshot: not null, Directive: null }, "the drain is cancelled");
        await world.ActiveAsync(3);
        await world.EventAsync("BackendPool/shop DrainCancelled a: ");
    }

    [Fact]
    public async Task A_drain_that_capacity_does_not_allow_waits_and_is_named()
    {
        await world.CreatePoolAsync(change: s => s.Drain.MinAvailable = new("100%"));
        await world.AddMembersAsync("a", "b");
        await world.ActiveAsync(2);

        await world.AnnotateAsync("a", "k8slb.io/drain", "true");

        var status = await world.StatusAsync(
            s => PoolWorld.Holds(s, ConditionTypes.CapacityGuarded),
            "the status names the drain that waits"
        );
        status.Condition(ConditionTypes.CapacityGuarded)!.Message.ShouldEndWith(": a");
        world["a"].Directive.ShouldBeNull();
    }

    [Fact]
    public async Task A_weight_reaches_the_peers_and_a_bad_one_is_told()
    {
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a", "b");
        await world.ActiveAsync(2);

        await world.AnnotateAsync("a", "k8slb.io/weight", "25");
        await Eventually.IsTrue(() => world["b"].Sees("a")?.Weight == 25, "b knows the weight of a");

        await world.AnnotateAsync("a", "k8slb.io/weight", "heavy");
        await world.EventAsync("BackendPool/shop InvalidAnnotation a: k8slb.io/weight: \"heavy\": ");
        await Eventually.IsTrue(() => world["b"].Sees("a")?.Weight == 100, "a bad weight is none");
    }

    [Fact]
    public async Task A_bad_spec_is_refused_with_a_reason_and_the_last_good_one_stays()
    {
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a");
        await world.ActiveAsync(1);

        // Servers with CEL refuse this themselves.
        var refusedByServer = false;
        try
        {
            await world.PatchPoolAsync("""{"drain": {"rampDown": "90s"}}""");
        }
        catch (Kubernetes.KubernetesException e) when (e.Status.Reason == "Invalid")
        {
            refusedByServer = true;
        }
        if (!refusedByServer)
        {
            var status = await world.StatusAsync(
                s => s.Condition(ConditionTypes.Accepted)?.Status == "False",
                "the spec is not accepted"
            );
            status.ObservedGeneration.ShouldBe(2);
            status.Condition(ConditionTypes.Accepted)!.Message.ShouldStartWith("spec.drain.rampDown: \"90s\": ");
            world["a"].Snapshot!.Pool.Policy.Drain.RampDownMs.ShouldBe(5000);
        }

        await world.PatchPoolAsync("""{"drain": {"rampDown": "9s"}}""");
        await Eventually.IsTrue(
            () => world["a"].Snapshot!.Pool.Policy.Drain.RampDownMs == 9000,
            "the next good spec reaches the sidecar"
        );
        await world.StatusAsync(s => PoolWorld.Holds(s, ConditionTypes.Accepted), "the spec is accepted");
    }

    [Fact]
    public async Task Of_two_pools_that_select_the_same_pods_the_younger_one_gives_way()
    {
        await world.CreatePoolAsync("older");
        // Ages are whole seconds; the name decides between equals.
        await world.CreatePoolAsync("younger");
        await world.AddMembersAsync("a");

        await world.ActiveAsync(1, "older");
        var status = await world.StatusAsync(
            s => s.Condition(ConditionTypes.Accepted)?.Reason == ConditionReasons.Conflict,
            "the younger pool has a conflict",
            "younger"
        );
        status.Condition(ConditionTypes.Accepted)!.Message.ShouldEndWith(": a (in older)");

        await world.DeletePoolAsync("older");
        await world.ActiveAsync(1, "younger");
        world["a"].Snapshot!.Pool.Name.ShouldBe("younger");
    }

    [Fact]
    public async Task A_sidecar_that_refuses_its_state_degrades_the_pool()
    {
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a", "b");
        await world.ActiveAsync(2);

        world["a"].RefuseWith = "policy.ports[0].port: 15080: already taken";
        await world.AnnotateAsync("b", "k8slb.io/weight", "10");

        var status = await world.StatusAsync(
            s => s.Condition(ConditionTypes.Degraded)?.Reason == ConditionReasons.StateRefused,
            "the pool is degraded"
        );
        PoolWorld.Holds(status, ConditionTypes.Programmed).ShouldBeFalse();
        await world.EventAsync("BackendPool/shop StateRefused a: version ");

        world["a"].RefuseWith = null;
        await world.AnnotateAsync("b", "k8slb.io/weight", "20");
        await world.StatusAsync(
            s => PoolWorld.Holds(s, ConditionTypes.Programmed) && !PoolWorld.Holds(s, ConditionTypes.Degraded),
            "the pool is well again"
        );
    }

    [Fact]
    public async Task A_deleted_pool_lets_its_sidecars_go_and_serves_them_when_it_comes_back()
    {
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a");
        await world.ActiveAsync(1);

        await world.DeletePoolAsync();
        await Eventually.IsTrue(
            () =>
                world["a"].Refusals.LastOrDefault()?.StartsWith("no BackendPool selects pod", StringComparison.Ordinal)
                == true,
            "the sidecar is told that there is no pool"
        );
        world["a"].Snapshot.ShouldNotBeNull("it keeps what it holds");

        await world.CreatePoolAsync(change: s => s.Drain.RampDown = "7s");
        await Eventually.IsTrue(
            () => world["a"].Snapshot!.Pool.Policy.Drain.RampDownMs == 7000,
            "the new pool reaches the sidecar"
        );
    }
}
