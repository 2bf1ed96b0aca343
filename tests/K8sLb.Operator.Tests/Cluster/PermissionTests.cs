using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Cluster;

[Collection(ClusterTests.Name)]
public sealed class PermissionTests(OperatorCluster cluster)
{
    [Fact]
    public async Task What_the_chart_permits_is_enough()
    {
        await using var world = await PoolWorld.CreateAsync(cluster, secure: true);
        var kubeconfig = await Grants.GiveAsync(cluster, world, ChartRules.Text(clusterWide: true));
        await world.StartOperatorAsync(kubeconfig);
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a", "b");
        await world.ActiveAsync(2);

        await world.AnnotateAsync("a", "k8slb.io/drain", "true");

        await world.StatusAsync(s => s.Members!.Draining == 1, "the drain is in the status");
        await world.EventAsync("BackendPool/shop DrainStarted a: ");
    }

    [Fact]
    public async Task What_the_chart_permits_is_enough_for_the_keys_of_sessions()
    {
        await using var world = await PoolWorld.CreateAsync(cluster);
        var kubeconfig = await Grants.GiveAsync(cluster, world, ChartRules.Text(clusterWide: true));
        var first = await world.StartOperatorAsync(kubeconfig);
        var pool = await world.CreatePoolAsync(change: KeepSessions);
        await world.AddMembersAsync("a");
        await world.ActiveAsync(1);

        var key = world["a"].Snapshot!.Pool.Policy.Sessions.ShouldNotBeNull().Keys.ShouldHaveSingleItem();
        var secret = (await cluster.Client.GetAsync<V1Secret>("shop-session-keys", world.Namespace)).ShouldNotBeNull();
        secret.Metadata.OwnerReferences.ShouldNotBeNull().ShouldHaveSingleItem().Uid.ShouldBe(pool.Uid());
        secret.Metadata.Labels!["app.kubernetes.io/managed-by"].ShouldBe("k8slb-operator");

        await world.StopOperatorAsync(first);
        await world.StartOperatorAsync(kubeconfig);
        await Eventually.IsTrue(() => world["a"].Snapshot!.Epoch > 1, "the next operator has spoken");
        world["a"].Snapshot!.Pool.Policy.Sessions!.Keys.Single().Secret.ToArray().ShouldBe(key.Secret.ToArray());

        // As somebody does who wants all sessions to end.
        await cluster.Client.DeleteAsync<V1Secret>("shop-session-keys", world.Namespace);
        await world.PatchPoolAsync("""{"sessionPersistence":{"absoluteTimeout":"2h"}}""");
        await Eventually.IsTrue(
            () => !world["a"].Snapshot!.Pool.Policy.Sessions!.Keys[0].Secret.Span.SequenceEqual(key.Secret.Span),
            "there are new keys"
        );
    }

    [Fact]
    public async Task Without_permission_for_secrets_a_pool_works_and_says_that_it_keeps_no_sessions()
    {
        await using var world = await PoolWorld.CreateAsync(cluster);
        var rules = ChartRules.Text(clusterWide: true).Replace("[secrets]", "[nothing]", StringComparison.Ordinal);
        await world.StartOperatorAsync(await Grants.GiveAsync(cluster, world, rules));
        await world.CreatePoolAsync(change: KeepSessions);
        await world.AddMembersAsync("a");

        var status = await world.ActiveAsync(1);

        world["a"].Snapshot!.Pool.Policy.Sessions.ShouldBeNull();
        var degraded = status.Condition(ConditionTypes.Degraded).ShouldNotBeNull();
        degraded.Reason.ShouldBe(ConditionReasons.SessionKeysUnavailable);
        degraded.Message.ShouldNotBeNull().ShouldContain("cannot get resource \"secrets\"");
    }

    [Fact]
    public async Task A_secret_of_somebody_else_is_left_alone()
    {
        await using var world = await PoolWorld.CreateAsync(cluster);
        await cluster.Client.CreateAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = "shop-session-keys", NamespaceProperty = world.Namespace },
                Data = new Dictionary<string, byte[]> { ["theirs"] = [1] },
            }
        );
        await world.StartOperatorAsync();
        await world.CreatePoolAsync(change: KeepSessions);
        await world.AddMembersAsync("a");

        var status = await world.StatusAsync(
            s => PoolWorld.Holds(s, ConditionTypes.Degraded) && s.Members?.Ready == 1,
            "the pool works and says what is wrong"
        );

        status
            .Condition(ConditionTypes.Degraded)!
            .Message.ShouldNotBeNull()
            .ShouldContain("does not belong to this pool");
        var secret = await cluster.Client.GetAsync<V1Secret>("shop-session-keys", world.Namespace);
        secret!.Data!.Keys.ShouldBe(["theirs"]);
    }

    [Fact]
    public async Task The_cost_of_deletion_is_written_into_the_pods()
    {
        await using var world = await PoolWorld.CreateAsync(cluster);
        var kubeconfig = await Grants.GiveAsync(cluster, world, ChartRules.Text(clusterWide: true));
        await world.StartOperatorAsync(kubeconfig);
        await world.CreatePoolAsync(change: s => s.ScaleIn = new());
        await world.AddMembersAsync("a");

        await Eventually.IsTrue(
            async () =>
                await world.KubectlAsync("get", "pod", "a", "-o", "jsonpath={.metadata.annotations}") is var found
                && found.Contains("\"controller.kubernetes.io/pod-deletion-cost\":\"10\"", StringComparison.Ordinal),
            "the pod says what its deletion costs"
        );
    }

    [Fact]
    public async Task A_pool_whose_status_cannot_be_written_is_served_and_disturbs_no_other()
    {
        await using var good = await PoolWorld.CreateAsync(cluster);
        await using var bad = await PoolWorld.CreateAsync(cluster);
        var rules = ChartRules
            .Text(clusterWide: true)
            .Replace("[backendpools/status]", "[nothing]", StringComparison.Ordinal);
        var kubeconfig = await Grants.GiveAsync(
            cluster,
            good,
            rules,
            """
              - apiGroups: [k8slb.io]
                resources: [backendpools/status]
                verbs: [patch]
            """
        );
        await bad.CreatePoolAsync();
        await good.CreatePoolAsync();

        await good.StartOperatorAsync(kubeconfig);
        bad.Hub = good.Hub;
        await bad.AddMembersAsync("a", "b");
        await good.AddMembersAsync("a", "b");

        await good.ActiveAsync(2);
        await bad.AnnotateAsync("a", "k8slb.io/drain", "true");
        await Eventually.IsTrue(() => bad["a"].Directive is not null, "the bad pool's drain is decided and sent");
        (await bad.StatusAsync()).ShouldBeNull();
        await good.AnnotateAsync("a", "k8slb.io/weight", "7");
        await good.StatusAsync(s => PoolWorld.Endpoint(s, "a").Weight == 7, "the good pool's status goes on");
    }

    [Fact]
    public async Task What_the_chart_permits_is_enough_for_the_webhooks()
    {
        await using var world = await PoolWorld.CreateAsync(cluster, secure: true);
        var kubeconfig = await Grants.GiveAsync(
            cluster,
            world,
            ChartRules.Text(clusterWide: true) + ChartRules.OfWebhooks(WebhookConfigurations.Name(world))
        );
        await world.CreatePoolAsync();

        await WebhookConfigurations.StartAsync(cluster, world, kubeconfig);

        await WebhookConfigurations.DeleteAsync(cluster, world);
    }

    private static void KeepSessions(BackendPoolSpec spec)
    {
        spec.Ports![0].Mode = "Proxy";
        spec.SessionPersistence = new BackendPoolSessionPersistence();
    }
}
