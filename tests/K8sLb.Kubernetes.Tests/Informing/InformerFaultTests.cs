using K8sLb.Kubernetes.Models;
using K8sLb.TestKit;
using static K8sLb.Kubernetes.Tests.TestObjects;

namespace K8sLb.Kubernetes.Tests.Informing;

/// <summary>Whatever happens to the server or the network: in the end the store equals a fresh list.</summary>
[Collection(KillableControlPlaneCollection.Name)]
public sealed class InformerFaultTests(KillableControlPlaneFixture cluster)
{
    private readonly KubernetesClient client = cluster.Client;

    [Fact]
    public async Task A_server_killed_in_the_middle_of_changes_and_started_again_costs_nothing()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var informer = new RunningInformer<V1Pod>(client, new InformerOptions<V1Pod> { Namespace = ns });
        using var stop = new CancellationTokenSource();
        var churn = new Churn(client, ns, names: 40, seed: 1);
        var churning = churn.RunAsync(workers: 4, stop.Token);

        for (var round = 0; round < 2; round++)
        {
            var before = churn.Done;
            await Eventually.IsTrue(() => churn.Done > before + 100, "changes are being made");
            await cluster.Plane.KillApiServerAsync();
            await cluster.Plane.StartApiServerAsync();
        }
        var last = churn.Done;
        await Eventually.IsTrue(() => churn.Done > last + 100, "changes are being made again");
        await stop.CancelAsync();
        await churning;

        await informer.ShouldEqualAFreshListAsync();
    }

    [Fact]
    public async Task What_was_deleted_unseen_is_found_by_the_list_after_a_410()
    {
        var ns = await cluster.NewNamespaceAsync();
        using var probe = new MeterProbe();
        await using var proxy = new StallingProxy(cluster.Plane.Server);
        using var proxied = new KubernetesClient(cluster.Configuration with { Server = proxy.Url });
        foreach (var name in new[] { "deleted", "changed", "replaced", "left-alone" })
        {
            await client.CreateAsync(ConfigMap(ns, name, ("key", "old")));
        }
        var options = new InformerOptions<V1ConfigMap> { Namespace = ns };
        await using var informer = new RunningInformer<V1ConfigMap>(proxied, options);
        await informer.SyncedAsync();
        var seenBefore = informer.Changes.Count;

        proxy.CutOff();
        await client.DeleteAsync<V1ConfigMap>("deleted", ns);
        await client.ApplyAsync(ConfigMap(ns, "changed", ("key", "new")), "test", force: true);
        await client.DeleteAsync<V1ConfigMap>("replaced", ns);
        await client.CreateAsync(ConfigMap(ns, "replaced", ("key", "new")));
        await client.CreateAsync(ConfigMap(ns, "added", ("key", "new")));
        await client.CreateAsync(ConfigMap(ns, "never-seen"));
        await client.DeleteAsync<V1ConfigMap>("never-seen", ns);
        await cluster.Plane.CompactEtcdAsync();
        await cluster.Plane.KillApiServerAsync();
        await cluster.Plane.StartApiServerAsync();
        proxy.Restore();

        await informer.HasAsync("added");
        await informer.ShouldEqualAFreshListAsync(client);
        probe.Count("k8slb.kubernetes.relists", "resource=V1ConfigMap", "reason=expired").ShouldBeGreaterThan(0);
        informer
            .Changes.Skip(seenBefore)
            .Select(c => $"{c.Kind} {c.Latest.Name()} {c.Latest.Data!["key"]}")
            .ShouldBe(
                [
                    "Deleted deleted old",
                    "Updated changed new",
                    "Deleted replaced old",
                    "Added replaced new",
                    "Added added new",
                ],
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task Five_thousand_pods_are_listed_in_chunks_and_churned()
    {
        const int Pods = 5000;
        var ns = await cluster.NewNamespaceAsync();
        await Parallel.ForAsync(
            0,
            Pods,
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (i, ct) => await client.CreateAsync(Pod(ns, $"pod-{i}", ("app", $"app-{i % 50}")), ct)
        );
        var options = new InformerOptions<V1Pod>
        {
            Namespace = ns,
            Indexers = [new Indexer<V1Pod>("app", pod => pod.GetLabel("app") is { } app ? [app] : [])],
        };
        await using var informer = new RunningInformer<V1Pod>(client, options);
        await informer.SyncedAsync();
        informer.Informer.Store.Items.Count.ShouldBe(Pods);
        informer.Informer.Store.ByIndex("app", "app-7").Count().ShouldBe(Pods / 50);

        using var stop = new CancellationTokenSource();
        var churn = new Churn(client, ns, Pods, seed: 2);
        var churning = churn.RunAsync(workers: 8, stop.Token);
        await Eventually.IsTrue(() => churn.Done > 1500, "1,500 changes were made", TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await churning;

        await informer.ShouldEqualAFreshListAsync();
        informer
            .Informer.Store.ByIndex("app", "shop")
            .Count()
            .ShouldBe(informer.Informer.Store.Items.Values.Count(p => p.GetLabel("app") == "shop"));
    }
}
