using K8sLb.Kubernetes.Models;
using K8sLb.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace K8sLb.Kubernetes.Tests.Client;

/// <summary>Answers that a healthy server does not give.</summary>
public sealed class AnswerTests : IAsyncLifetime
{
    private readonly WebApplication server;
    private Func<HttpContext, Task> answer = _ => Task.CompletedTask;
    private int requests;

    public AnswerTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        server.Run(context =>
        {
            requests++;
            return answer(context);
        });
    }

    public Task InitializeAsync() => server.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_request_that_was_put_off_is_sent_again()
    {
        answer = context =>
        {
            context.Response.StatusCode = requests < 3 ? 429 : 200;
            context.Response.Headers.RetryAfter = "0";
            return context.Response.WriteAsync("""{"metadata":{"name":"a"}}""");
        };
        using var client = Client();

        (await client.GetAsync<V1Pod>("a", "ns")).ShouldNotBeNull();

        requests.ShouldBe(3);
    }

    [Theory]
    [InlineData(429, null)] // Nobody says when to come back.
    [InlineData(429, "3600")] // Longer than a caller can be made to wait.
    [InlineData(503, "0")] // It may have been carried out.
    public async Task Other_refusals_are_the_caller_s_business(int code, string? retryAfter)
    {
        answer = context =>
        {
            context.Response.StatusCode = code;
            context.Response.Headers.RetryAfter = retryAfter;
            return context.Response.WriteAsync("come back later");
        };
        using var client = Client();

        var refused = await Should.ThrowAsync<KubernetesException>(() => client.ListAsync<V1Pod>("ns"));

        refused.Status.Code.ShouldBe(code);
        refused.Message.ShouldEndWith("come back later");
        requests.ShouldBe(1);
    }

    [Fact]
    public async Task No_answer_is_a_timeout_that_names_the_request()
    {
        answer = context => Endless.UntilCancelledAsync(context.RequestAborted);
        using var client = Client(new KubernetesClientOptions { RequestTimeout = TimeSpan.FromMilliseconds(100) });

        var timeout = await Should.ThrowAsync<TimeoutException>(() => client.GetAsync<V1Pod>("a", "ns"));

        timeout.Message.ShouldBe("GET /api/v1/namespaces/ns/pods/a: no answer within 00:00:00.1000000");
    }

    [Fact]
    public async Task An_answer_that_stops_in_the_middle_is_a_timeout_too()
    {
        answer = async context =>
        {
            await context.Response.WriteAsync("""{"items":[{"metadata":""");
            await context.Response.Body.FlushAsync();
            await Endless.UntilCancelledAsync(context.RequestAborted);
        };
        using var client = Client(new KubernetesClientOptions { RequestTimeout = TimeSpan.FromSeconds(1) });

        await Should.ThrowAsync<TimeoutException>(() => client.ListAsync<V1Pod>("ns"));
    }

    [Fact]
    public async Task A_caller_s_cancellation_stays_one()
    {
        using var stop = new CancellationTokenSource();
        answer = async context =>
        {
            await stop.CancelAsync();
            await Endless.UntilCancelledAsync(context.RequestAborted);
        };
        using var client = Client();

        await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync<V1Pod>("a", "ns", stop.Token));
    }

    [Fact]
    public async Task A_base_path_and_names_reach_the_server_as_they_are()
    {
        string? target = null;
        answer = context =>
        {
            target = context.Request.Path + context.Request.QueryString;
            return context.Response.WriteAsync("""{"metadata":{"resourceVersion":"1"},"items":[]}""");
        };
        using var client = new KubernetesClient(
            new KubernetesClientConfiguration { Server = new Uri(server.Urls.Single() + "/clusters/one/") }
        );

        await client.ListAsync<V1Lease>("ns", "app in (a, b)");

        target.ShouldBe(
            "/clusters/one/apis/coordination.k8s.io/v1/namespaces/ns/leases?labelSelector=app%20in%20%28a%2C%20b%29&limit=500"
        );
    }

    private KubernetesClient Client(KubernetesClientOptions? options = null) =>
        new(new KubernetesClientConfiguration { Server = new Uri(server.Urls.Single()) }, options: options);
}
