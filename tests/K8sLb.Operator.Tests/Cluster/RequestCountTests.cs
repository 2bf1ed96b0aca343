using K8sLb.LocalCluster;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>What operators ask of the API server when much begins anew at once, by the server's own account.</summary>
[Collection(ClusterTests.Name)]
public sealed class RequestCountTests(OperatorCluster cluster)
{
    private const int Members = 8;
    private static readonly string[] Pods = [.. Enumerable.Range(0, Members).Select(i => $"m{i}")];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_start_a_takeover_and_an_outage_of_the_API_server_cost_it_few_requests()
    {
        await using var one = await PoolWorld.CreateAsync(cluster, secure: true);
        await using var two = await PoolWorld.CreateAsync(cluster, secure: true);
        await using var three = await PoolWorld.CreateAsync(cluster, secure: true);
        PoolWorld[] worlds = [one, two, three];
        var (first, second) = ($"first-{one.Namespace}", $"second-{one.Namespace}");
        foreach (var world in worlds)
        {
            await world.CreatePoolAsync();
        }
        await using var leader = await StartAsync(one, first);
        await using var follower = await StartAsync(one, second);
        foreach (var world in worlds)
        {
            (world.Hub, world.OperatorName) = (one.Hub, one.OperatorName);
            await world.AddMembersAsync(Pods);
        }
        await Task.WhenAll(worlds.Select(w => w.ActiveAsync(Members)));

        var atStart = Count(first, 0);
        atStart.ShouldSatisfyAllConditions(
            () => atStart.Lists.ShouldBe(2, "pods and pools, once each"),
            () => atStart.Watches.ShouldBe(2, "likewise"),
            () =>
                atStart.Reviews.ShouldBe(
                    worlds.Length * Members,
                    "one for each sidecar, which the follower had sent on"
                )
        );
        var before = Asked(second);
        Count(second, 0).ShouldBe(atStart with { Reviews = 0 });

        var epoch = Epoch(worlds);
        leader.Kill();
        await LedAnewAsync(worlds, epoch);

        var afterTakeover = Count(second, before);
        afterTakeover.ShouldBe(new Counts(Lists: 0, Watches: 0, Reviews: worlds.Length * Members));
        before = Asked(second);

        epoch = Epoch(worlds);
        await cluster.ControlPlane.KillApiServerAsync();
        await Eventually.IsTrue(() => Lost(follower), "the leader has given up", Patience);
        await cluster.ControlPlane.StartApiServerAsync();
        await LedAnewAsync(worlds, epoch);

        var afterOutage = Count(second, before);
        afterOutage.ShouldSatisfyAllConditions(
            () => afterOutage.Lists.ShouldBeLessThanOrEqualTo(2, "a server that starts may not know the version"),
            () => afterOutage.Watches.ShouldBeLessThanOrEqualTo(6, "two, and tries while it starts"),
            () => afterOutage.Reviews.ShouldBeLessThanOrEqualTo(worlds.Length * Members)
        );
    }

    private static bool Lost(OperatorProcess process) =>
        process.Output.Contains("Lost k8slb-operator", StringComparison.Ordinal);

    private Task<OperatorProcess> StartAsync(PoolWorld world, string user) =>
        OperatorProcess.StartAsync(cluster, world, cluster.ControlPlane.WriteKubeconfig(user, "system:masters"));

    private static long Epoch(PoolWorld[] worlds) => worlds.Max(w => Pods.Max(p => w[p].Snapshot!.Epoch));

    private static async Task LedAnewAsync(PoolWorld[] worlds, long before)
    {
        await Eventually.IsTrue(
            () => worlds.All(w => Pods.All(p => w[p].Snapshot!.Epoch > before)),
            "every member has heard of the new leader",
            Patience
        );
        await Task.WhenAll(worlds.Select(w => w.ActiveAsync(Members)));
    }

    private int Asked(string user) => cluster.ControlPlane.Audit.Read(user).Count;

    private Counts Count(string user, int after)
    {
        AuditedRequest[] requests = [.. cluster.ControlPlane.Audit.Read(user).Skip(after)];
        return new Counts(
            requests.Count(r => r.Verb == "list"),
            requests.Count(r => r.Verb == "watch"),
            requests.Count(r => r.Resource == "tokenreviews")
        );
    }

    private sealed record Counts(int Lists, int Watches, int Reviews);
}
