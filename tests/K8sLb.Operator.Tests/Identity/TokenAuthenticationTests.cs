using System.Net;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.LocalCluster.Processes;
using K8sLb.Operator.Api;
using K8sLb.Operator.Identity;
using K8sLb.Operator.Tests.Hub;
using K8sLb.TestKit;
using Microsoft.Extensions.Logging;

namespace K8sLb.Operator.Tests.Identity;

public sealed class TokenAuthenticationTests
{
    [Fact]
    public async Task Nobody_is_let_in_while_the_API_server_cannot_be_asked()
    {
        using var client = new KubernetesClient(
            new KubernetesClientConfiguration { Server = new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}") },
            ApiTypes.All
        );
        using var authentication = new TokenAuthentication(client, TimeProvider.System);

        var (refusal, _) = await authentication.CheckAsync("Bearer t", TestSidecar.Hello("a"), CancellationToken.None);

        refusal.ShouldNotBeNull().Reason.ShouldBe(RefusalReasons.ReviewUnavailable);
        refusal.RetryAfter.ShouldBeLessThan(TimeSpan.FromSeconds(5), "it is not the sidecar's fault");
    }

    [Fact]
    public void A_server_that_knows_nothing_of_audiences_convinces_nobody()
    {
        var status = Accepted() with { Audiences = null };

        TokenReviews.Read(status).Refusal!.Value.Message.ShouldBe("the token's audience is not \"k8slb\"");
    }

    [Fact]
    public void A_bound_token_names_its_pod() =>
        TokenReviews.Read(Accepted()).Pod.ShouldBe(new PodIdentity("shop", "shop-1", "u1"));

    [Theory]
    [InlineData("alice")]
    [InlineData("system:serviceaccount:shop")]
    [InlineData("system:serviceaccount:shop:default:more")]
    public void Whoever_is_no_service_account_is_no_pod(string user)
    {
        var status = Accepted();
        status.User!.Username = user;

        TokenReviews.Read(status).Refusal!.Value.Reason.ShouldBe(RefusalReasons.TokenNotBound);
    }

    [Fact]
    public void A_verdict_is_remembered_for_its_time_and_the_cache_stays_small()
    {
        var time = new ManualTime();
        var cache = new VerdictCache(100, TimeSpan.FromMinutes(1), time);
        var verdict = TokenVerdict.Of(new("shop", "shop-1", "u1"));

        cache.Put("known", verdict);
        cache.Find("known").ShouldBe(verdict);
        time.Advance(TimeSpan.FromMinutes(1));
        cache.Find("known").ShouldBeNull();
        for (var i = 0; i < 1_000; i++)
        {
            cache.Put($"{i}", verdict);
            cache.Count.ShouldBeLessThanOrEqualTo(100);
        }
        cache.Find("999").ShouldBe(verdict);
    }

    [Fact]
    public void A_refusal_is_logged_once_for_each_source_and_minute()
    {
        var time = new ManualTime();
        var lines = new CountingLogger();
        var log = new RefusalLog(time, lines);
        var (one, other) = (IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"));

        log.Refused(one, RefusalReasons.NoToken, "first");
        log.Refused(one, RefusalReasons.NoToken, "second");
        log.Refused(other, RefusalReasons.NoToken, "third");
        lines.Count.ShouldBe(2);
        time.Advance(TimeSpan.FromMinutes(1));
        log.Refused(one, RefusalReasons.NoToken, "fourth");
        lines.Count.ShouldBe(3);

        for (var i = 0; i < 5_000; i++)
        {
            log.Refused(new IPAddress(i), RefusalReasons.NoToken, "flood");
        }
        lines.Count.ShouldBeLessThan(1_100);
    }

    private static V1TokenReviewStatus Accepted() =>
        new()
        {
            Authenticated = true,
            Audiences = ["k8slb"],
            User = new V1UserInfo
            {
                Username = "system:serviceaccount:shop:default",
                Extra = new Dictionary<string, IList<string>>
                {
                    ["authentication.kubernetes.io/pod-name"] = ["shop-1"],
                    ["authentication.kubernetes.io/pod-uid"] = ["u1"],
                },
            },
        };

    private sealed class CountingLogger : ILogger<RefusalLog>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Count++;
    }
}
