using System.Diagnostics;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Cluster;

[Collection(ClusterTests.Name)]
public sealed class LeadershipTests(OperatorCluster cluster)
{
    [Fact]
    public async Task A_replica_that_does_not_lead_refuses_streams_until_it_takes_over()
    {
        await using var world = await PoolWorld.CreateAsync(cluster);
        var first = await world.StartOperatorAsync();
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a");
        await world.ActiveAsync(1);
        var epoch = world["a"].Snapshot!.Epoch;

        await world.StartOperatorAsync();
        await using var hasty = await Hub.TestSidecar.AttachAsync(
            world.Hub,
            Hub.TestSidecar.Hello("a", ns: world.Namespace)
        );
        (await hasty.ReadRefusalAsync()).Reason.ShouldBe("this replica does not lead");

        await world.StopOperatorAsync(first);

        await Eventually.IsTrue(
            () => world["a"].Snapshot!.Epoch > epoch,
            "the second replica leads with a higher epoch"
        );
        await world.ActiveAsync(1);
    }

    [Fact]
    public async Task A_replica_that_does_not_lead_names_the_one_that_does_and_asks_nobody_who_they_are()
    {
        await using var world = await PoolWorld.CreateAsync(cluster, secure: true);
        await world.CreatePoolAsync();
        await using var leader = await OperatorProcess.StartAsync(cluster, world);
        await world.AddMembersAsync("a");
        await world.ActiveAsync(1);
        var user = cluster.ControlPlane.WriteKubeconfig(world.Namespace, "system:masters");
        await using var follower = await OperatorProcess.StartAsync(cluster, world, user);
        var hello = await world.HelloAsync("a");
        var credentials = await world.CredentialsOfAsync("a");

        await Eventually.IsTrue(
            async () =>
            {
                await using var sidecar = await Hub.TestSidecar.AttachAsync(follower.Hub, hello, credentials);
                var refusal = await sidecar.ReadRefusalAsync();
                refusal.Reason.ShouldBe("this replica does not lead");
                return refusal.Leader is { } named && new Uri(named) == leader.Hub;
            },
            "the follower names the leader"
        );
        cluster.ControlPlane.Audit.Read(world.Namespace).ShouldNotContain(r => r.Resource == "tokenreviews");

        leader.Kill();
        await world.ActiveAsync(1);
        await Eventually.IsTrue(
            async () =>
                (await cluster.Client.GetAsync<V1Lease>("k8slb-operator", world.Namespace))!.Metadata.Annotations![
                    "k8slb.io/leader-url"
                ] == follower.Hub.ToString().TrimEnd('/'),
            "the Lease says where the new leader is"
        );
    }

    [Fact]
    public async Task A_killed_operator_is_followed_by_one_that_goes_on_with_the_drain()
    {
        await using var world = await PoolWorld.CreateAsync(cluster);
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a", "b", "c");
        await using var first = await OperatorProcess.StartAsync(cluster, world);
        await world.ActiveAsync(3);
        await world.DeletePodAsync("a");
        await Eventually.IsTrue(() => world["a"].Directive is { PeersKnow: true }, "a is told to drain, and all know");
        var begun = world["a"].Directive!;
        var epoch = world["a"].Snapshot!.Epoch;
        await world.StatusAsync(s => s.Members!.Draining == 1, "the drain is in the status");

        first.Kill();
        await using var second = await OperatorProcess.StartAsync(cluster, world);

        await Eventually.IsTrue(
            () => world["a"].Snapshot!.Epoch > epoch,
            "the second operator leads",
            TimeSpan.FromSeconds(60)
        );
        // Who knows of it is found out anew by each operator.
        (world["a"].Directive! with { PeersKnow = true }).ShouldBe(begun);
        world["b"].Snapshot!.Pool.Members.Count(m => m.PeerAddress.Length > 0).ShouldBe(3, "nobody was forgotten");
        await Eventually.IsTrue(() => world["a"].Directive == begun, "all know under the second operator");
        world["a"].FinishDrain();
        await world.StatusAsync(
            s => PoolWorld.Endpoint(s, "a").Phase == Core.MemberPhase.Drained,
            "the drain ends under the second operator"
        );
        (await world.EventsAsync())
            .Count(e => e.StartsWith("BackendPool/shop DrainStarted a", StringComparison.Ordinal))
            .ShouldBe(1);
    }

    [Fact]
    public async Task An_operator_that_is_told_to_stop_releases_its_lease_and_exits_with_zero()
    {
        await using var world = await PoolWorld.CreateAsync(cluster);
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a");
        await using var process = await OperatorProcess.StartAsync(cluster, world);
        await world.ActiveAsync(1);

        (await process.TerminateAsync()).ShouldBe(0);

        var lease = await cluster.Client.GetAsync<V1Lease>("k8slb-operator", world.Namespace);
        lease!.Spec!.HolderIdentity.ShouldBeNullOrEmpty();
        await Eventually.IsTrue(
            () => world["a"].Refusals.Contains("this pool is not served here any more"),
            "the stream was closed with a word"
        );
    }

    [Fact]
    public async Task A_wrong_setting_is_named_at_the_start()
    {
        await using var process = OperatorProcess.Start(
            cluster.ControlPlane.KubeconfigPath,
            ("K8SLB_LEASE_DURATION", "soon")
        );

        (await process.WaitAsync()).ShouldBe(2);
        process.Output.ShouldContain("K8SLB_LEASE_DURATION: \"soon\": must be a duration such as 15s or 500ms");
    }
}
