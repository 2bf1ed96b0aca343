using K8sLb.Kubernetes.Models;
using static K8sLb.Kubernetes.Tests.TestObjects;

namespace K8sLb.Kubernetes.Tests.Client;

[Collection(ControlPlaneCollection.Name)]
public sealed class ApplyTests(ControlPlaneFixture cluster)
{
    private readonly KubernetesClient client = cluster.Client;

    [Fact]
    public async Task Applying_creates_changes_and_takes_away_what_is_not_applied_any_more()
    {
        var ns = await cluster.NewNamespaceAsync();

        await client.ApplyAsync(ConfigMap(ns, "a", ("one", "1"), ("two", "1")), "first");
        await client.ApplyAsync(ConfigMap(ns, "a", ("three", "1")), "second");
        var applied = await client.ApplyAsync(ConfigMap(ns, "a", ("one", "2")), "first");

        applied.Data.ShouldBe(new Dictionary<string, string> { ["one"] = "2", ["three"] = "1" }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_field_of_another_manager_is_a_conflict_unless_forced()
    {
        var ns = await cluster.NewNamespaceAsync();
        await client.ApplyAsync(ConfigMap(ns, "a", ("key", "theirs")), "first");

        var refused = await Should.ThrowAsync<KubernetesException>(() =>
            client.ApplyAsync(ConfigMap(ns, "a", ("key", "ours")), "second")
        );
        refused.IsConflict.ShouldBeTrue();
        refused.Status.Details!.Causes!.ShouldContain(c => c.Field == ".data.key" && c.Message!.Contains("first"));

        var forced = await client.ApplyAsync(ConfigMap(ns, "a", ("key", "ours")), "second", force: true);
        forced.Data!["key"].ShouldBe("ours");
    }

    [Fact]
    public async Task Applying_a_status_leaves_the_rest_alone()
    {
        var ns = await cluster.NewNamespaceAsync();
        await client.CreateAsync(Pod(ns, "a", ("app", "shop")));

        var applied = await client.ApplyStatusAsync(
            new V1Pod
            {
                Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = ns },
                Status = new V1PodStatus
                {
                    Conditions = [new V1PodCondition { Type = "k8slb.io/Released", Status = "True" }],
                },
            },
            "status-writer"
        );

        applied.GetLabel("app").ShouldBe("shop");
        applied.Status!.Conditions!.ShouldContain(c => c.Type == "k8slb.io/Released" && c.Status == "True");
        applied.Status.Phase.ShouldBe("Pending");
    }
}
