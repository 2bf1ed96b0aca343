using System.Text.Json.Nodes;
using K8sLb.LocalCluster.Processes;
using K8sLb.TestKit;

namespace K8sLb.LocalCluster.Tests;

[Collection(nameof(ControlPlane))]
public sealed class ControlPlaneTests(ControlPlaneFixture fixture) : IClassFixture<ControlPlaneFixture>
{
    private ControlPlane Plane => fixture.Plane;

    [Fact]
    public async Task Pods_can_be_created_at_once()
    {
        await Plane.KubectlAsync("run", "one", "--image=none", "--restart=Never");

        (await Plane.KubectlAsync("get", "pod", "one", "-o", "name")).Trim().ShouldBe("pod/one");
    }

    [Fact]
    public async Task A_namespace_made_by_the_fixture_takes_pods()
    {
        await Plane.CreateNamespaceAsync("elsewhere");

        await Plane.KubectlAsync("run", "one", "--image=none", "-n", "elsewhere");
    }

    [Fact]
    public async Task A_user_may_do_what_RBAC_grants_and_nothing_else()
    {
        await Plane.KubectlAsync("create", "role", "reader", "--verb=get,list", "--resource=pods");
        await Plane.KubectlAsync("create", "rolebinding", "reader", "--role=reader", "--group=readers");
        var kubeconfig = Plane.WriteKubeconfig("somebody", "readers");

        await Plane.KubectlAsync("--kubeconfig", kubeconfig, "get", "pods");
        var refused = await Should.ThrowAsync<CommandFailedException>(
            Plane.KubectlAsync("--kubeconfig", kubeconfig, "get", "secrets")
        );

        refused.Message.ShouldContain("Forbidden");
    }

    [Fact]
    public async Task A_token_is_issued_for_an_audience_and_reviewed_for_it_alone()
    {
        var token = await TokenAsync("default", "k8slb");

        var review = await ReviewAsync(token, "k8slb");
        review["authenticated"]!.GetValue<bool>().ShouldBeTrue();
        review["user"]!["username"]!.GetValue<string>().ShouldBe("system:serviceaccount:default:default");
        (await ReviewAsync(token, "another"))["authenticated"]?.GetValue<bool>().ShouldNotBe(true);
    }

    [Fact]
    public async Task What_was_written_survives_kill_9_of_the_server()
    {
        await Plane.KubectlAsync("create", "configmap", "kept", "--from-literal=a=1");

        await Plane.KillApiServerAsync();
        (
            await Should.ThrowAsync<CommandFailedException>(Plane.KubectlAsync("get", "configmap", "kept"))
        ).Message.ShouldContain("refused");
        await Plane.StartApiServerAsync();

        (await Plane.KubectlAsync("get", "configmap", "kept", "-o", "jsonpath={.data.a}")).ShouldBe("1");
    }

    [Fact]
    public async Task After_compaction_and_a_restart_an_old_resource_version_is_gone()
    {
        const string Path = "/api/v1/namespaces/default/configmaps";
        var list = JsonNode.Parse(await Plane.KubectlAsync("get", "--raw", Path))!;
        var old = list["metadata"]!["resourceVersion"]!.GetValue<string>();
        await Plane.KubectlAsync("create", "configmap", "newer");

        await Plane.CompactEtcdAsync();
        await Plane.KillApiServerAsync();
        await Plane.StartApiServerAsync();

        var refusal = await Plane.KubectlAsync(
            "get",
            "--raw",
            $"{Path}?watch=true&timeoutSeconds=5&resourceVersion={old}"
        );
        refusal.ShouldContain("too old resource version");
        refusal.ShouldContain("410");
    }

    private async Task<string> TokenAsync(string account, string audience)
    {
        var request = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenRequest",
            ["spec"] = new JsonObject { ["audiences"] = new JsonArray(audience) },
        };
        var path = $"/api/v1/namespaces/default/serviceaccounts/{account}/token";
        var answer = await Plane.KubectlAsync(["create", "--raw", path, "-f", "-"], request.ToJsonString());
        return JsonNode.Parse(answer)!["status"]!["token"]!.GetValue<string>();
    }

    private async Task<JsonNode> ReviewAsync(string token, string audience)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenReview",
            ["spec"] = new JsonObject { ["token"] = token, ["audiences"] = new JsonArray(audience) },
        };
        const string Path = "/apis/authentication.k8s.io/v1/tokenreviews";
        var answer = await Plane.KubectlAsync(["create", "--raw", Path, "-f", "-"], review.ToJsonString());
        return JsonNode.Parse(answer)!["status"]!;
    }
}
