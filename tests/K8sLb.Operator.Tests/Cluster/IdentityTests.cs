using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Tests.Hub;
using K8sLb.Protocol;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>Tests play the attacker: an operator with TLS, tokens by TokenRequest, checked by a real API server.</summary>
[Collection(ClusterTests.Name)]
public sealed class IdentityTests(OperatorCluster cluster) : IAsyncLifetime
{
    private PoolWorld world = null!;

    public async Task InitializeAsync()
    {
        world = await PoolWorld.CreateAsync(cluster, secure: true);
        await world.CreatePoolAsync();
        await world.StartOperatorAsync();
        await world.AddMembersAsync("a", "b");
        await world.ActiveAsync(2);
    }

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task The_token_of_another_pod_does_not_speak_for_this_one()
    {
        var refusal = await RefusedAsync("a", await world.CredentialsOfAsync("b"));

        refusal.ShouldStartWith($"the token is of pod {world.Namespace}/b (");
        world["a"].Refusals.ShouldNotContain(reason => reason.Contains("replaced", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_token_of_a_pod_before_does_not_speak_for_one_of_the_same_name()
    {
        var stolen = await world.CredentialsOfAsync("b");
        var hello = await world.HelloAsync("b");
        await using var seen = await TestSidecar.AttachAsync(
            world.Hub,
            hello,
            await world.CredentialsAsync(world.TokenOf("b"))
        );
        await seen.ReadWelcomeAsync();
        await world.DeletePodAsync("b", graceSeconds: 0);
        await Eventually.IsTrue(
            async () => await cluster.Client.GetAsync<V1Pod>("b", world.Namespace) is null,
            "the pod is gone"
        );

        (await RefusedAsync(hello, stolen)).ShouldStartWith("the API server does not accept the token: ");
        // One that was accepted a moment ago is still remembered.
        await Eventually.IsTrue(
            async () =>
                await RefusedAsync(hello, await world.CredentialsAsync(world.TokenOf("b")))
                == $"pod {world.Namespace}/b is not known (yet)",
            "the operator has heard of the pod's end"
        );
    }

    [Fact]
    public async Task A_token_for_the_API_server_is_refused() =>
        (
            await RefusedAsync("a", await world.CredentialsOfAsync("a", "https://kubernetes.default.svc"))
        ).ShouldStartWith("the API server does not accept the token: ");

    [Fact]
    public async Task A_token_that_has_expired_is_refused()
    {
        var good = await world.CredentialsOfAsync("a");

        var refusal = await RefusedAsync(
            "a",
            good with
            {
                Token = PodTokens.Expired(cluster.ControlPlane, good.Token!),
            }
        );

        refusal.ShouldStartWith("the API server does not accept the token: ");
        refusal.ShouldContain("expired");
    }

    [Fact]
    public async Task A_token_that_somebody_else_signed_is_refused()
    {
        var good = await world.CredentialsOfAsync("a");

        (await RefusedAsync("a", good with { Token = PodTokens.Forged(good.Token!) })).ShouldStartWith(
            "the API server does not accept the token: "
        );
    }

    [Fact]
    public async Task A_token_of_the_account_alone_is_refused()
    {
        var token = await PodTokens.MintAsync(cluster.ControlPlane, world.Namespace, null);

        (await RefusedAsync("a", await world.CredentialsAsync(token))).ShouldBe(
            $"the token of system:serviceaccount:{world.Namespace}:default is bound to no pod: "
                + "it must be a projected one (serviceAccountToken)"
        );
    }

    [Theory]
    [InlineData(null, "no token was sent: ")]
    [InlineData("rubbish", "the API server does not accept the token: ")]
    public async Task Without_a_token_nobody_is_let_in(string? token, string expected) =>
        (await RefusedAsync("a", await world.CredentialsAsync(token))).ShouldStartWith(expected);

    [Fact]
    public async Task A_pod_that_no_pool_selects_gets_nothing_of_any_pool()
    {
        await using var other = await PoolWorld.CreateAsync(cluster, secure: true);
        other.Hub = world.Hub;
        await other.AddMembersAsync("a");
        var stranger = await world.CredentialsAsync(
            await PodTokens.MintAsync(cluster.ControlPlane, await other.PodAsync("a"))
        );

        (await RefusedAsync(await other.HelloAsync("a"), stranger)).ShouldBe(
            $"no BackendPool selects pod {other.Namespace}/a"
        );
        (await RefusedAsync("a", stranger)).ShouldStartWith($"the token is of pod {other.Namespace}/a (");
    }

    [Fact]
    public async Task A_pod_that_sends_its_peers_elsewhere_is_not_served()
    {
        await using var attacker = await TestSidecar.AttachAsync(
            world.Hub,
            await world.HelloAsync("a") with
            {
                PeerAddress = "127.0.0.1",
            },
            await world.CredentialsOfAsync("a")
        );

        (await attacker.ReadRefusalAsync()).Reason.ShouldBe(
            $"peerAddress: \"127.0.0.1\": pod {world.Namespace}/a has 127.0.0.10"
        );
    }

    [Fact]
    public async Task A_newer_token_of_the_pod_keeps_its_stream_and_one_of_another_pod_ends_it()
    {
        await world.EndSidecarAsync("a");
        await using var sidecar = await TestSidecar.AttachAsync(
            world.Hub,
            await world.HelloAsync("a"),
            await world.CredentialsOfAsync("a")
        );
        (await sidecar.ReadWelcomeAsync()).TakesTokens.ShouldBeTrue();

        await sidecar.SendAsync(new SidecarMessage { Token = (await world.CredentialsOfAsync("a")).Token });
        (await sidecar.ReadAsync()).ShouldNotBeNull().Refusal.ShouldBeNull();
        await sidecar.SendAsync(new SidecarMessage { Token = (await world.CredentialsOfAsync("b")).Token });

        OperatorMessage? last = null;
        while (await sidecar.ReadAsync() is { } message)
        {
            last = message;
        }
        last!.Refusal!.Reason.ShouldStartWith($"the token is of pod {world.Namespace}/b (");
    }

    [Fact]
    public async Task Plain_http_gets_no_answer() =>
        await Should.ThrowAsync<HttpRequestException>(() =>
            TestSidecar.DialAsync(new UriBuilder(world.Hub) { Scheme = "http" }.Uri)
        );

    private async Task<string> RefusedAsync(string pod, Credentials credentials) =>
        await RefusedAsync(await world.HelloAsync(pod), credentials);

    /// <returns>The reason that the operator gives; it must say nothing else.</returns>
    private async Task<string> RefusedAsync(Hello hello, Credentials credentials)
    {
        await using var attacker = await TestSidecar.AttachAsync(world.Hub, hello, credentials);
        var refusal = await attacker.ReadRefusalAsync();
        (await attacker.ReadAsync()).ShouldBeNull();
        return refusal.Reason;
    }
}
