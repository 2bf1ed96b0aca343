using K8sLb.Kubernetes.Models;
using static K8sLb.Kubernetes.Tests.TestObjects;

namespace K8sLb.Kubernetes.Tests.Client;

[Collection(ControlPlaneCollection.Name)]
public sealed class WriteFenceTests(ControlPlaneFixture cluster)
{
    private readonly KubernetesClient client = cluster.Client;

    [Fact]
    public async Task An_open_fence_changes_nothing()
    {
        var ns = await cluster.NewNamespaceAsync();
        using var fenced = client.FencedBy(() => true);

        var created = await fenced.CreateAsync(ConfigMap(ns, "a", ("key", "1")));
        await fenced.UpdateAsync(created with { Data = new Dictionary<string, string> { ["key"] = "2" } });

        (await fenced.GetAsync<V1ConfigMap>("a", ns))!.Data!["key"].ShouldBe("2");
        (await fenced.DeleteAsync<V1ConfigMap>("a", ns)).ShouldBeTrue();
    }

    /// <param name="looks">How often the fence is open: it is looked at first when a write begins, then when a connection takes it.</param>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_fence_that_closes_before_the_body_is_on_its_way_keeps_the_object_as_it_was(int looks)
    {
        var ns = await cluster.NewNamespaceAsync();
        var before = await client.CreateAsync(ConfigMap(ns, "a", ("key", "1")));
        var changed = before with { Data = new Dictionary<string, string> { ["key"] = "2" } };
        var other = ConfigMap(ns, "b");
        var patch = V1Patch.Merge(new() { ["data"] = new System.Text.Json.Nodes.JsonObject { ["key"] = "3" } });

        await RefusedAsync(f => f.UpdateAsync(changed));
        await RefusedAsync(f => f.PatchAsync<V1ConfigMap>(patch, "a", ns));
        await RefusedAsync(f => f.CreateAsync(other));
        await RefusedAsync(f => f.ApplyAsync(other, "test"));

        (await client.GetAsync<V1ConfigMap>("a", ns))!.ResourceVersion().ShouldBe(before.ResourceVersion());
        (await client.GetAsync<V1ConfigMap>("b", ns)).ShouldBeNull();

        async Task RefusedAsync(Func<IKubernetesClient, Task> write)
        {
            var looked = 0;
            using var fenced = client.FencedBy(() => looked++ < looks);
            var error = await Should.ThrowAsync<Exception>(() => write(fenced));
            error.GetBaseException().ShouldBeOfType<FencedException>();
        }
    }

    [Fact]
    public async Task A_closed_fence_deletes_nothing()
    {
        var ns = await cluster.NewNamespaceAsync();
        await client.CreateAsync(ConfigMap(ns, "a"));
        using var fenced = client.FencedBy(() => false);

        await Should.ThrowAsync<FencedException>(() => fenced.DeleteAsync<V1ConfigMap>("a", ns));

        (await client.GetAsync<V1ConfigMap>("a", ns)).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_is_read_needs_no_leave()
    {
        var ns = await cluster.NewNamespaceAsync();
        await client.CreateAsync(ConfigMap(ns, "a"));
        using var fenced = client.FencedBy(() => false);

        (await fenced.GetAsync<V1ConfigMap>("a", ns)).ShouldNotBeNull();
        (await fenced.ListAsync<V1ConfigMap>(ns)).Items.ShouldNotBeEmpty();
    }
}
