using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using K8sLb.Operator.Tests.Injection;
using K8sLb.Operator.Tests.Pools;
using K8sLb.Operator.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Operator.Tests.Webhooks;

/// <summary>The two paths, as the API server and strangers call them; TLS and a real API server are in Cluster/WebhookTests.</summary>
public sealed class WebhookEndpointTests : IAsyncLifetime, IDisposable
{
    private readonly RecordedEvents events = new();
    private readonly HttpClient http = new();
    private WebApplication app = null!;
    private Uri webhooks = null!;
    private Uri elsewhere = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listener =>
                    listener.Use(next =>
                        connection =>
                        {
                            connection.Features.Set<IWebhookConnection>(WebhookConnection.Instance);
                            return next(connection);
                        }
                    )
            );
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        app = builder.Build();
        var endpoints = new AdmissionEndpoints(
            new PodAdmission(
                _ => [InjectionSample.Pool()],
                () => InjectionSample.Settings,
                () => InjectionSample.DrainSecret,
                events
            ),
            new PoolAdmission(_ => [InjectionSample.Pool()]),
            TimeProvider.System,
            NullLogger<AdmissionEndpoints>.Instance
        );
        endpoints.Map(app);
        await app.StartAsync();
        (webhooks, elsewhere) = (new Uri(app.Urls.First()), new Uri(app.Urls.Last()));
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task A_pod_comes_back_with_a_patch_and_the_uid_of_the_question()
    {
        using var answer = await http.PostAsJsonAsync(
            new Uri(webhooks, "/inject"),
            Review.Create(InjectionSample.Pod())
        );

        var review = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        review["apiVersion"]!.GetValue<string>().ShouldBe("admission.k8s.io/v1");
        review["kind"]!.GetValue<string>().ShouldBe("AdmissionReview");
        review["request"].ShouldBeNull();
        var response = review["response"]!;
        response["uid"]!.GetValue<string>().ShouldBe("question-1");
        response["allowed"]!.GetValue<bool>().ShouldBeTrue();
        response["patchType"]!.GetValue<string>().ShouldBe("JSONPatch");
        var patch = JsonNode.Parse(Convert.FromBase64String(response["patch"]!.GetValue<string>()))!.AsArray();
        var pod = PatchReader.Apply(InjectionSample.Pod(), patch)!;
        pod["spec"]!["containers"]!
            .AsArray()
            .Select(c => c!["name"]!.GetValue<string>())
            .ShouldBe(["app", "k8slb-sidecar"]);
    }

    [Theory]
    [InlineData("", "the body is no AdmissionReview: ")]
    [InlineData("{", "the body is no AdmissionReview: ")]
    [InlineData("[]", "the body is no AdmissionReview: ")]
    [InlineData("{}", "kind is missing; it must be AdmissionReview")]
    [InlineData(
        """{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","request":{"uid":"1"}}""",
        "apiVersion is admission.k8s.io/v1beta1; it must be admission.k8s.io/v1"
    )]
    [InlineData(
        """{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{}}""",
        "request.uid is missing"
    )]
    [InlineData(
        """{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"1","object":[]}}""",
        "the body is no AdmissionReview: "
    )]
    [InlineData(
        """{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"1","object":{"spec":{},"spec":{}}}}""",
        "the body is no AdmissionReview: "
    )]
    public async Task What_is_no_review_is_refused_with_the_reason(string body, string why)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(webhooks, "/inject"), content);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldStartWith(why);
    }

    [Fact]
    public async Task Another_type_of_content_is_refused()
    {
        using var content = new StringContent("{}", Encoding.UTF8, "text/plain");
        using var answer = await http.PostAsync(new Uri(webhooks, "/validate"), content);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("must be application/json");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_without_end_is_refused(bool lengthKnown)
    {
        using var content = new StringContent(new string(' ', 9 * 1024 * 1024), Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(webhooks, "/inject"))
        {
            Content = content,
            Headers = { TransferEncodingChunked = !lengthKnown, ExpectContinue = true },
        };
        using var answer = await http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Other_listeners_know_nothing_of_it()
    {
        using var answer = await http.PostAsJsonAsync(
            new Uri(elsewhere, "/inject"),
            Review.Create(InjectionSample.Pod())
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Warnings_become_events_of_the_pool_but_not_where_nothing_will_be_stored()
    {
        var pod = InjectionSample.Pod();
        pod["spec"]!["hostNetwork"] = true;
        var rehearsal = Review.Create(pod);
        rehearsal["request"]!["dryRun"] = true;

        await LeftAloneAsync(rehearsal);
        events.All.ShouldBeEmpty();

        await LeftAloneAsync(Review.Create(pod));
        events
            .All.ShouldHaveSingleItem()
            .ShouldStartWith("BackendPool/shop: HostNetwork: shop-7d9-*: no sidecar was injected");
    }

    private async Task LeftAloneAsync(JsonObject review)
    {
        using var answer = await http.PostAsJsonAsync(new Uri(webhooks, "/inject"), review);
        var response = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["response"]!;
        response["allowed"]!.GetValue<bool>().ShouldBeTrue();
        response["patch"].ShouldBeNull();
        response["warnings"]!
            .AsArray()
            .ShouldHaveSingleItem()!
            .GetValue<string>()
            .ShouldStartWith("k8slb: no sidecar was injected");
    }
}
