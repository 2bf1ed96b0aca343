using System.Net.Http.Json;
using System.Text.Json.Nodes;
using K8sLb.Kubernetes;
using K8sLb.Operator.Tests.Injection;
using K8sLb.Operator.Tests.Webhooks;
using K8sLb.Protocol;
using K8sLb.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>
/// A real API server calls the webhooks, with the certificate of the operator's own authority, which the operator has written into the
/// configurations itself.
/// </summary>
[Collection(ClusterTests.Name)]
public sealed class WebhookTests(OperatorCluster cluster) : IAsyncLifetime
{
    private PoolWorld world = null!;

    public async Task InitializeAsync()
    {
        world = await PoolWorld.CreateAsync(cluster, secure: true);
        await world.CreatePoolAsync();
        await WebhookConfigurations.StartAsync(cluster, world);
    }

    public async Task DisposeAsync()
    {
        await WebhookConfigurations.DeleteAsync(cluster, world);
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_pod_that_is_created_comes_back_with_the_sidecar()
    {
        var pod = await CreateAsync("a", InjectionSample.Pod());

        var containers = pod["spec"]!["containers"]!.AsArray();
        containers.Select(c => c!["name"]!.GetValue<string>()).ShouldBe(["app", "k8slb-sidecar"]);
        containers[0]!["ports"]![0]!["name"].ShouldBeNull();
        var sidecar = containers[1]!;
        sidecar["ports"]![0]!["name"]!.GetValue<string>().ShouldBe("http");
        sidecar["ports"]![0]!["containerPort"]!.GetValue<int>().ShouldBe(15080);
        sidecar["image"]!.GetValue<string>().ShouldBe(InjectionSample.Settings.Image);
        pod["spec"]!["terminationGracePeriodSeconds"]!.GetValue<int>().ShouldBe(75);
        JsonNode.Parse(pod["metadata"]!["annotations"]!["k8slb.io/injected"]!.GetValue<string>())!["version"]!
            .GetValue<string>()
            .ShouldBe(InjectionSample.Settings.Version);
    }

    [Fact]
    public async Task Each_pods_hook_knows_a_secret_of_its_own_that_its_sidecar_asks_for()
    {
        var secrets = new List<string>();
        foreach (var name in new[] { "a", "b" })
        {
            var containers = (await CreateAsync(name, InjectionSample.Pod()))["spec"]!["containers"]!.AsArray();
            var hook = containers[0]!["lifecycle"]!["preStop"]!["httpGet"]!;
            var secret = containers[1]!["env"]!
                .AsArray()
                .Single(v => v!["name"]!.GetValue<string>() == DrainCall.SecretVariable)!["value"]!.GetValue<string>();
            // In the path where the server is too old for every kubelet to send headers.
            (hook["httpHeaders"]?[0]?["value"]?.GetValue<string>() ?? hook["path"]!.GetValue<string>()).ShouldEndWith(
                secret
            );
            secrets.Add(secret);
        }

        secrets.ShouldBeUnique();
        secrets.ShouldAllBe(secret => secret.Length == 64);
    }

    [Fact]
    public async Task A_pod_that_opts_out_stays_as_it_is()
    {
        var given = InjectionSample.Pod();
        given["metadata"]!["labels"]!["k8slb.io/inject"] = "disabled";

        var pod = await CreateAsync("a", given);

        pod["spec"]!["containers"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_cannot_be_injected_is_told_to_whoever_creates_it_and_by_an_event_of_the_pool()
    {
        var given = InjectionSample.Pod();
        given["spec"]!["hostNetwork"] = true;

        var pod = await CreateAsync("a", given);

        pod["spec"]!["containers"]!.AsArray().Count.ShouldBe(1);
        await world.EventAsync("BackendPool/shop HostNetwork ");
    }

    [Fact]
    public async Task A_bad_pool_is_denied_at_once_with_the_field_and_what_would_be_right()
    {
        var denied = await Should.ThrowAsync<KubernetesException>(() =>
            world.CreatePoolAsync("bad", spec => spec.Selector!.MatchLabels!["app"] = "no label")
        );

        denied.Message.ShouldContain("spec.selector.matchLabels[app]: \"no label\": must be a label value");
        denied.Status.Details!.Causes!.ShouldHaveSingleItem().Field.ShouldBe("spec.selector.matchLabels[app]");
    }

    [Fact]
    public async Task A_replica_that_does_not_lead_answers_as_well()
    {
        var follower = await world.StartOperatorAsync(change: options =>
            WebhookConfigurations.Serving(options, "https://127.0.0.1:0")
        );
        var trust = (await world.CredentialsAsync(null)) with { Name = $"localhost.{world.Namespace}.svc" };
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = trust.Tls() });
        var review = Review.Create(InjectionSample.Pod());
        review["request"]!["namespace"] = world.Namespace;

        await Eventually.IsTrue(
            async () =>
            {
                try
                {
                    using var answer = await http.PostAsJsonAsync(new Uri($"{follower.Urls.Last()}/inject"), review);
                    return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["response"]!["patch"] is not null;
                }
                catch (HttpRequestException)
                {
                    // It has no certificate yet.
                    return false;
                }
            },
            "the second replica injects"
        );
        follower.Services.GetRequiredService<LeaderElector>().IsLeader.ShouldBeFalse();
    }

    private async Task<JsonNode> CreateAsync(string name, JsonObject pod)
    {
        var given = (JsonObject)pod.DeepClone();
        given["apiVersion"] = "v1";
        given["kind"] = "Pod";
        given["metadata"]!["name"] = name;
        given["metadata"]!["namespace"] = world.Namespace;
        given["metadata"]!.AsObject().Remove("generateName");
        await cluster.ControlPlane.KubectlAsync(["create", "-f", "-"], given.ToJsonString());
        return JsonNode.Parse(await world.KubectlAsync("get", "pod", name, "-o", "json"))!;
    }
}
