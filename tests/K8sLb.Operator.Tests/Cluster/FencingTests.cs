using K8sLb.Kubernetes.Models;
using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Processes;
using K8sLb.Operator.Api;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>A leader that did not notice that it was deposed.</summary>
[Collection(ClusterTests.Name)]
public sealed class FencingTests(OperatorCluster cluster)
{
    [Fact]
    public async Task A_leader_that_was_stopped_until_another_one_led_changes_nothing_when_it_goes_on()
    {
        await using var world = await PoolWorld.CreateAsync(cluster, secure: true);
        await using var later = await PoolWorld.CreateAsync(cluster, secure: true);
        await CreateValidationAsync(world);
        await world.CreatePoolAsync(change: WithAllThatIsWritten);
        var stoppable = $"stopped-{world.Namespace}";
        await using var first = await StartAsync(world, stoppable);
        await world.AddMembersAsync("a", "b", "c");
        await world.ActiveAsync(3);
        await world.AnnotateAsync("a", "k8slb.io/drain", "true");
        await world.StatusAsync(s => s.Members!.Draining == 1, "a drain is under way");
        await Eventually.IsTrue(
            () =>
                Writes(stoppable).Select(w => w.Resource).Distinct().Order(StringComparer.Ordinal) is var written
                && written.SequenceEqual([
                    "backendpools/status",
                    "configmaps",
                    "events",
                    "leases",
                    "pods",
                    "secrets",
                    "tokenreviews",
                    "validatingwebhookconfigurations",
                ]),
            "the first leader has written all that a leader writes"
        );
        await using var second = await StartAsync(world, $"second-{world.Namespace}");
        var epoch = world["a"].Snapshot!.Epoch;

        first.Stop();
        await Eventually.IsTrue(
            () => new[] { "a", "b", "c" }.All(m => world[m].Snapshot!.Epoch > epoch),
            "the second leads all members",
            TimeSpan.FromSeconds(60)
        );
        var settled = await world.StatusAsync(s => s.Members!.Ready == 2, "the drain goes on");
        // All of this is news to the first when it goes on, and would have it write something of each kind.
        await world.AnnotateAsync("b", "k8slb.io/weight", "7");
        await world.AnnotateAsync("c", "k8slb.io/weight", "nonsense");
        await later.CreatePoolAsync();
        await cluster.Client.DeleteAsync<V1ConfigMap>("k8slb-ca", world.Namespace);
        await cluster.Client.DeleteAsync<V1Secret>("shop-session-keys", world.Namespace);
        world["b"].Connections = 77;
        var before = Writes(stoppable).Count;
        var asked = cluster.ControlPlane.Audit.Read(stoppable).Count;

        first.GoOn();

        await Eventually.IsTrue(
            () => first.Output.Contains("Lost k8slb-operator", StringComparison.Ordinal),
            "the first has noticed"
        );
        await Eventually.IsTrue(
            () =>
                cluster
                    .ControlPlane.Audit.Read(stoppable)
                    .Skip(asked)
                    .Count(r => r is { Resource: "leases", Code: 200 }) > 20,
            "the first has followed for some seconds"
        );
        Writes(stoppable).Skip(before).ShouldBeEmpty();
        new[] { "a", "b", "c" }.ShouldAllBe(m => !world[m].WentBack);
        world["a"].Snapshot!.Epoch.ShouldBeGreaterThan(epoch);
        var status = await world.StatusAsync(s => PoolWorld.Endpoint(s, "b").Weight == 7, "the second goes on");
        status.Version!.Value.ShouldBeGreaterThanOrEqualTo(settled.Version!.Value);
        PoolWorld.Endpoint(status, "a").Drain!.Deadline.ShouldBe(PoolWorld.Endpoint(settled, "a").Drain!.Deadline);
        await DeleteValidationAsync(world);
    }

    private static void WithAllThatIsWritten(BackendPoolSpec spec)
    {
        spec.Ports![0].Mode = "Proxy";
        spec.SessionPersistence = new BackendPoolSessionPersistence();
        spec.ScaleIn = new();
    }

    private IReadOnlyList<AuditedRequest> Writes(string user) =>
        [.. cluster.ControlPlane.Audit.Read(user).Where(r => r.IsWrite)];

    private async Task<OperatorProcess> StartAsync(PoolWorld world, string user) =>
        await OperatorProcess.StartAsync(
            cluster,
            world,
            cluster.ControlPlane.WriteKubeconfig(user, "system:masters"),
            ("K8SLB_WEBHOOK_LISTEN", $"https://127.0.0.1:{FreePorts.Take(1)[0]}"),
            ("K8SLB_VALIDATION_WEBHOOK", WebhookConfigurations.Name(world))
        );

    /// <summary>Without rules: nobody asks it, and its authorities are kept all the same.</summary>
    private async Task CreateValidationAsync(PoolWorld world) =>
        await cluster.ControlPlane.KubectlAsync(
            ["create", "-f", "-"],
            $$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: {name: {{WebhookConfigurations.Name(world)}}}
            webhooks:
              - name: validate.k8slb.io
                admissionReviewVersions: [v1]
                sideEffects: None
                failurePolicy: Ignore
                clientConfig: {url: "https://localhost:9/validate"}
            """
        );

    private async Task DeleteValidationAsync(PoolWorld world) =>
        await cluster.ControlPlane.KubectlAsync(
            "delete",
            "validatingwebhookconfiguration",
            WebhookConfigurations.Name(world)
        );
}
