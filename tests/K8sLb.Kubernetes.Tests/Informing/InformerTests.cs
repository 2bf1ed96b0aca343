using System.Text.Json.Nodes;
using K8sLb.Kubernetes.Models;
using K8sLb.TestKit;
using static K8sLb.Kubernetes.Tests.TestObjects;

namespace K8sLb.Kubernetes.Tests.Informing;

[Collection(ControlPlaneCollection.Name)]
public sealed class InformerTests(ControlPlaneFixture cluster)
{
    private readonly KubernetesClient client = cluster.Client;

    [Fact]
    public async Task The_store_holds_what_was_there_and_follows_what_happens()
    {
        var ns = await cluster.NewNamespaceAsync();
        await client.CreateAsync(Pod(ns, "before"));
        await using var informer = new RunningInformer<V1Pod>(client, new InformerOptions<V1Pod> { Namespace = ns });
        await informer.SyncedAsync();
        informer.Informer.HasSynced.ShouldBeTrue();
        informer.Informer.Store.Get("before", ns).ShouldNotBeNull();

        await client.CreateAsync(Pod(ns, "after"));
        await informer.HasAsync("after");
        await SetLabelAsync(ns, "after", "app", "shop");
        await informer.HasAsync("after", pod => pod.GetLabel("app") == "shop");
        await client.DeleteAsync<V1Pod>("before", ns);
        await informer.HasNotAsync("before");

        await informer.ShouldEqualAFreshListAsync();
    }

    [Fact]
    public async Task An_index_follows_its_objects()
    {
        var ns = await cluster.NewNamespaceAsync();
        var options = new InformerOptions<V1Pod>
        {
            Namespace = ns,
            Indexers = [new Indexer<V1Pod>("app", pod => pod.GetLabel("app") is { } app ? [app] : [])],
        };
        await using var informer = new RunningInformer<V1Pod>(client, options);
        await client.CreateAsync(Pod(ns, "a", ("app", "shop")));
        await client.CreateAsync(Pod(ns, "b", ("app", "shop")));
        await Eventually.IsTrue(() => Names("shop") is ["a", "b"], "both are found by their label");

        await SetLabelAsync(ns, "b", "app", "blog");
        await Eventually.IsTrue(() => Names("blog") is ["b"], "one is found by its new label");
        Names("shop").ShouldBe(["a"]);
        await client.DeleteAsync<V1Pod>("a", ns);
        await Eventually.IsTrue(() => Names("shop") is [], "a deleted one is not found");

        List<string> Names(string app) =>
            [.. informer.Informer.Store.ByIndex("app", app).Select(p => p.Name()).Order()];
    }

    [Fact]
    public async Task An_object_that_leaves_the_selection_leaves_the_store()
    {
        var ns = await cluster.NewNamespaceAsync();
        var options = new InformerOptions<V1Pod> { Namespace = ns, LabelSelector = "app=shop" };
        await using var informer = new RunningInformer<V1Pod>(client, options);
        await client.CreateAsync(Pod(ns, "a", ("app", "shop")));
        await client.CreateAsync(Pod(ns, "other", ("app", "blog")));
        await informer.HasAsync("a");

        await SetLabelAsync(ns, "a", "app", "blog");

        await informer.HasNotAsync("a");
        informer.Changes.Last().Kind.ShouldBe(StoreChangeKind.Deleted);
        informer.Informer.Store.Get("other", ns).ShouldBeNull();
    }

    [Fact]
    public async Task Who_subscribes_late_is_told_of_everything_that_is_there()
    {
        var ns = await cluster.NewNamespaceAsync();
        await client.CreateAsync(Pod(ns, "a"));
        await using var informer = new RunningInformer<V1Pod>(client, new InformerOptions<V1Pod> { Namespace = ns });
        await informer.SyncedAsync();
        var told = new List<string>();

        informer.Informer.Subscribe(change => told.Add($"{change.Kind} {change.Latest.Name()}"));

        told.ShouldBe(["Added a"]);
    }

    [Fact]
    public async Task A_handler_that_throws_harms_nobody_else()
    {
        var ns = await cluster.NewNamespaceAsync();
        using var probe = new MeterProbe();
        await using var informer = new RunningInformer<V1Pod>(client, new InformerOptions<V1Pod> { Namespace = ns });
        informer.Informer.Subscribe(_ => throw new InvalidOperationException("a fault in a handler"));

        await client.CreateAsync(Pod(ns, "a"));
        await client.CreateAsync(Pod(ns, "b"));

        await informer.HasAsync("b");
        await informer.ShouldEqualAFreshListAsync();
        probe.Count("k8slb.kubernetes.informer.handler.failures", "resource=V1Pod").ShouldBe(2);
    }

    [Fact]
    public async Task A_watch_whose_time_is_over_goes_on_without_a_list()
    {
        var ns = await cluster.NewNamespaceAsync();
        using var probe = new MeterProbe();
        var options = new InformerOptions<V1ConfigMap> { Namespace = ns, WatchTimeout = TimeSpan.FromSeconds(1) };
        await using var informer = new RunningInformer<V1ConfigMap>(client, options);
        await informer.SyncedAsync();

        await Eventually.IsTrue(
            () => probe.Count("k8slb.kubernetes.watch.restarts", "resource=V1ConfigMap", "reason=closed") >= 2,
            "the server has ended two watches"
        );
        await client.CreateAsync(ConfigMap(ns, "a"));

        await informer.HasAsync("a");
        probe.Count("k8slb.kubernetes.relists", "resource=V1ConfigMap").ShouldBe(1);
    }

    private Task<V1Pod> SetLabelAsync(string ns, string pod, string key, string value)
    {
        var labels = new JsonObject { [key] = value };
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } };
        return client.PatchAsync<V1Pod>(V1Patch.Merge(patch), pod, ns);
    }
}
