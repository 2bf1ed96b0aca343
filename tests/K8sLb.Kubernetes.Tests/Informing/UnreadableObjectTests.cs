using System.Text.Json.Nodes;
using K8sLb.Kubernetes.Models;
using K8sLb.LocalCluster;
using K8sLb.TestKit;

namespace K8sLb.Kubernetes.Tests.Informing;

/// <summary>An object that is stored with fields of the wrong type hides no other.</summary>
[Collection(ControlPlaneCollection.Name)]
public sealed class UnreadableObjectTests(ControlPlaneFixture cluster) : IAsyncLifetime
{
    private readonly KubernetesClient client = cluster.NewClient(
        types: EntityTypes.BuiltIn.With(EntityType.From<Widget>(WidgetJson.Default))
    );
    private string ns = "";

    public async Task InitializeAsync()
    {
        ns = await cluster.NewNamespaceAsync();
        await cluster.Plane.ApplyAsync(Widget.Definition);
        await Eventually.IsTrue(IsServedAsync, "the server serves widgets");
    }

    public Task DisposeAsync()
    {
        client.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task One_that_was_there_before_leaves_the_others_readable()
    {
        await CreateAsync("good", 1);
        await CreateAsync("bad", 2);
        await SetSizeAsync("bad", "large");

        var list = await client.ListAsync<Widget>(ns);
        list.Items.ShouldHaveSingleItem().Spec!.Size.ShouldBe(1);
        var unreadable = list.Unreadable.ShouldHaveSingleItem();
        unreadable.Key.ShouldBe(new ObjectKey(ns, "bad"));
        unreadable.Problem.ShouldContain("$.spec.size");

        await using var informer = new RunningInformer<Widget>(client, new InformerOptions<Widget> { Namespace = ns });
        await informer.SyncedAsync();
        await CreateAsync("later", 3);
        await informer.HasAsync("later");
        await SetSizeAsync("bad", 4);
        await informer.HasAsync("bad", w => w.Spec!.Size == 4);
        await informer.ShouldEqualAFreshListAsync();
    }

    [Fact]
    public async Task One_that_goes_bad_keeps_its_last_good_state_until_it_is_deleted()
    {
        using var probe = new MeterProbe();
        await using var informer = new RunningInformer<Widget>(client, new InformerOptions<Widget> { Namespace = ns });
        await CreateAsync("a", 1);
        await informer.HasAsync("a");

        await SetSizeAsync("a", "large");
        await CreateAsync("b", 2);
        await informer.HasAsync("b");
        informer.Informer.Store.Get("a", ns)!.Spec!.Size.ShouldBe(1);
        probe.Count("k8slb.kubernetes.informer.unreadable", "resource=Widget").ShouldBe(1);
        await client.DeleteAsync<Widget>("a", ns);

        await informer.HasNotAsync("a");
        await informer.ShouldEqualAFreshListAsync();
        probe.Count("k8slb.kubernetes.relists", "resource=Widget").ShouldBe(1);
    }

    private async Task<bool> IsServedAsync()
    {
        try
        {
            await client.ListAsync<Widget>(ns);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private Task<Widget> CreateAsync(string name, int size) =>
        client.CreateAsync(
            new Widget
            {
                Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ns },
                Spec = new WidgetSpec { Size = size },
            }
        );

    /// <summary>By kubectl: the answer could not be read.</summary>
    private Task<string> SetSizeAsync(string name, JsonNode size)
    {
        var patch = new JsonObject { ["spec"] = new JsonObject { ["size"] = size } };
        return cluster.Plane.KubectlAsync(
            "patch",
            "widgets",
            name,
            "-n",
            ns,
            "--type=merge",
            "--patch",
            patch.ToJsonString()
        );
    }
}
