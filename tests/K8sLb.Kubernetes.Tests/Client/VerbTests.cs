using System.Text.Json.Nodes;
using K8sLb.Kubernetes.Models;
using static K8sLb.Kubernetes.Tests.TestObjects;

namespace K8sLb.Kubernetes.Tests.Client;

[Collection(ControlPlaneCollection.Name)]
public sealed class VerbTests(ControlPlaneFixture cluster)
{
    private readonly KubernetesClient client = cluster.Client;

    [Fact]
    public async Task An_object_is_created_read_replaced_and_deleted()
    {
        var ns = await cluster.NewNamespaceAsync();

        var created = await client.CreateAsync(ConfigMap(ns, "a", ("key", "1")));
        created.Uid().ShouldNotBeEmpty();
        created.Metadata.CreationTimestamp.ShouldNotBeNull();
        var updated = await client.UpdateAsync(
            created with
            {
                Data = new Dictionary<string, string> { ["key"] = "2" },
            }
        );
        updated.ResourceVersion().ShouldNotBe(created.ResourceVersion());
        var read = await client.GetAsync<V1ConfigMap>("a", ns);
        read.ShouldNotBeNull().Data!["key"].ShouldBe("2");
        read.ShouldSatisfyAllConditions(r => r.ApiVersion.ShouldBe("v1"), r => r.Kind.ShouldBe("ConfigMap"));

        (await client.DeleteAsync<V1ConfigMap>("a", ns)).ShouldBeTrue();
        (await client.GetAsync<V1ConfigMap>("a", ns)).ShouldBeNull();
        (await client.DeleteAsync<V1ConfigMap>("a", ns)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_second_create_of_a_name_says_that_it_exists()
    {
        var ns = await cluster.NewNamespaceAsync();
        await client.CreateAsync(ConfigMap(ns, "a"));

        var refused = await Should.ThrowAsync<KubernetesException>(() => client.CreateAsync(ConfigMap(ns, "a")));

        refused.IsAlreadyExists.ShouldBeTrue();
        refused.IsConflict.ShouldBeFalse();
        refused.Message.ShouldBe(
            $"POST /api/v1/namespaces/{ns}/configmaps: 409 AlreadyExists: configmaps \"a\" already exists"
        );
    }

    [Fact]
    public async Task An_update_of_an_old_version_is_a_conflict()
    {
        var ns = await cluster.NewNamespaceAsync();
        var old = await client.CreateAsync(ConfigMap(ns, "a", ("key", "1")));
        await client.UpdateAsync(old with { Data = new Dictionary<string, string> { ["key"] = "2" } });

        var refused = await Should.ThrowAsync<KubernetesException>(() => client.UpdateAsync(old));

        refused.IsConflict.ShouldBeTrue();
        refused.Status.Reason.ShouldBe("Conflict");
    }

    [Fact]
    public async Task A_wrong_object_is_refused_with_the_field_at_fault()
    {
        var ns = await cluster.NewNamespaceAsync();
        var pod = Pod(ns, "a");
        pod.Spec!.Containers[0].Name = "Not A Name";

        var refused = await Should.ThrowAsync<KubernetesException>(() => client.CreateAsync(pod));

        refused.Status.Code.ShouldBe(422);
        refused.Status.Details!.Causes!.ShouldContain(c => c.Field == "spec.containers[0].name");
    }

    [Fact]
    public async Task A_merge_patch_changes_what_it_names_and_removes_nulls()
    {
        var ns = await cluster.NewNamespaceAsync();
        await client.CreateAsync(ConfigMap(ns, "a", ("keep", "1"), ("change", "1"), ("remove", "1")));

        var patched = await client.PatchAsync<V1ConfigMap>(
            V1Patch.Merge(
                new JsonObject
                {
                    ["data"] = new JsonObject { ["change"] = "2", ["remove"] = null },
                }
            ),
            "a",
            ns
        );

        patched.Data.ShouldBe(new Dictionary<string, string> { ["keep"] = "1", ["change"] = "2" }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_status_patch_changes_the_status_alone()
    {
        var ns = await cluster.NewNamespaceAsync();
        await client.CreateAsync(Pod(ns, "a"));
        var patch = new JsonObject
        {
            ["spec"] = new JsonObject { ["terminationGracePeriodSeconds"] = 77 },
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["podIP"] = "127.0.1.1",
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
                ["containerStatuses"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "app",
                        ["ready"] = true,
                        ["restartCount"] = 0,
                        ["image"] = "app",
                        ["imageID"] = "",
                        ["state"] = new JsonObject { ["running"] = new JsonObject() },
                    }
                ),
            },
        };

        await client.PatchStatusAsync<V1Pod>(V1Patch.Merge(patch), "a", ns);

        var pod = (await client.GetAsync<V1Pod>("a", ns)).ShouldNotBeNull();
        pod.Spec!.TerminationGracePeriodSeconds.ShouldBe(30);
        pod.Status!.Phase.ShouldBe("Running");
        pod.Status.PodIP.ShouldBe("127.0.1.1");
        pod.Status.Conditions!.ShouldContain(c => c.Type == "Ready" && c.Status == "True");
        var container = pod.Status.ContainerStatuses.ShouldHaveSingleItem();
        container.Ready.ShouldBeTrue();
        container.State!.Running.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_status_that_was_read_can_be_written_back()
    {
        var ns = await cluster.NewNamespaceAsync();
        var pod = await client.CreateAsync(Pod(ns, "a"));
        pod.Status!.Phase = "Failed";
        pod.Status.ContainerStatuses = [new V1ContainerStatus { Name = "app" }];

        var updated = await client.UpdateStatusAsync(pod);

        updated.Status!.Phase.ShouldBe("Failed");
        updated.Status.ContainerStatuses.ShouldHaveSingleItem().Name.ShouldBe("app");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_delete_whose_precondition_does_not_hold_is_a_conflict(bool otherUid, bool otherVersion)
    {
        var ns = await cluster.NewNamespaceAsync();
        var there = await client.CreateAsync(ConfigMap(ns, "a"));
        var wrong = new V1Preconditions
        {
            Uid = otherUid ? Guid.NewGuid().ToString() : null,
            ResourceVersion = otherVersion ? "1" : null,
        };

        var refused = await Should.ThrowAsync<KubernetesException>(() =>
            client.DeleteAsync<V1ConfigMap>("a", ns, new V1DeleteOptions { Preconditions = wrong })
        );
        refused.IsConflict.ShouldBeTrue();

        var right = new V1Preconditions { Uid = there.Uid(), ResourceVersion = there.ResourceVersion() };
        (await client.DeleteAsync<V1ConfigMap>("a", ns, new V1DeleteOptions { Preconditions = right })).ShouldBeTrue();
    }

    [Fact]
    public async Task A_token_review_is_answered_without_being_stored()
    {
        var review = await client.CreateAsync(
            new V1TokenReview { Spec = new V1TokenReviewSpec { Token = "nobody's" } }
        );

        review.Status.ShouldNotBeNull().Authenticated.ShouldBeFalse();
    }

    [Fact]
    public async Task Bytes_of_a_secret_come_back_as_they_were()
    {
        var ns = await cluster.NewNamespaceAsync();
        byte[] bytes = [0, 1, 2, 0xfe, 0xff];

        var created = await client.CreateAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = ns },
                Type = "Opaque",
                Data = new Dictionary<string, byte[]> { ["key"] = bytes },
            }
        );

        created.Data!["key"].ShouldBe(bytes);
    }
}
