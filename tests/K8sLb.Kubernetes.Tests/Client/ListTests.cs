using K8sLb.Kubernetes.Models;
using static K8sLb.Kubernetes.Tests.TestObjects;

namespace K8sLb.Kubernetes.Tests.Client;

[Collection(ControlPlaneCollection.Name)]
public sealed class ListTests(ControlPlaneFixture cluster)
{
    [Fact]
    public async Task A_list_in_chunks_is_whole_and_of_one_version()
    {
        var ns = await cluster.NewNamespaceAsync();
        await FillAsync(ns, 25);
        using var probe = new MeterProbe();
        using var client = cluster.NewClient(new KubernetesClientOptions { ListChunkSize = 10 });

        var list = await client.ListAsync<V1ConfigMap>(ns);

        list.Items.Select(i => i.Name())
            .Where(n => n.StartsWith("map-", StringComparison.Ordinal))
            .Count()
            .ShouldBe(25);
        list.Items.DistinctBy(i => i.Name()).Count().ShouldBe(list.Items.Count);
        list.Metadata.ResourceVersion.ShouldNotBeNullOrEmpty();
        list.Items.ShouldAllBe(i => i.Kind == "ConfigMap" && i.ApiVersion == "v1");
        probe.Count("k8slb.kubernetes.request.duration", "verb=list", "code=200").ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task Selectors_narrow_a_list()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.Client.CreateAsync(Pod(ns, "a", ("app", "shop"), ("tier", "web")));
        await cluster.Client.CreateAsync(Pod(ns, "b", ("app", "shop")));
        await cluster.Client.CreateAsync(Pod(ns, "c", ("app", "blog")));

        var byLabel = await cluster.Client.ListAsync<V1Pod>(ns, "app in (shop, blog),!tier");
        var byField = await cluster.Client.ListAsync<V1Pod>(ns, fieldSelector: "metadata.name=b");

        byLabel.Items.Select(i => i.Name()).ShouldBe(["b", "c"], ignoreOrder: true);
        byField.Items.Select(i => i.Name()).ShouldBe(["b"]);
    }

    [Fact]
    public async Task A_snapshot_that_is_compacted_between_chunks_is_listed_anew()
    {
        var ns = await cluster.NewNamespaceAsync();
        await FillAsync(ns, 30);
        using var probe = new MeterProbe();
        using var client = cluster.NewClient(new KubernetesClientOptions { ListChunkSize = 1 });
        using var stop = new CancellationTokenSource();
        var compacting = CompactAsync(ns, stop.Token);

        do
        {
            var list = await client.ListAsync<V1ConfigMap>(ns);
            list.Items.Select(i => i.Name()).Count(n => n.StartsWith("map-", StringComparison.Ordinal)).ShouldBe(30);
        } while (probe.Count("k8slb.kubernetes.request.duration", "verb=list", "code=410") == 0);

        await stop.CancelAsync();
        await compacting;
    }

    private async Task FillAsync(string ns, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await cluster.Client.CreateAsync(ConfigMap(ns, $"map-{i}"));
        }
    }

    /// <summary>Each round makes a new revision and drops all before it.</summary>
    private async Task CompactAsync(string ns, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var change = ConfigMap(ns, "other", ("round", $"{Guid.NewGuid()}"));
            await cluster.Client.ApplyAsync(change, "test", cancellationToken: CancellationToken.None);
            await cluster.Plane.CompactEtcdAsync(CancellationToken.None);
        }
    }
}
