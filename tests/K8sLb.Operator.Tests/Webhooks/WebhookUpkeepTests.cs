using K8sLb.Core;
using K8sLb.Kubernetes;
using K8sLb.Operator.Api;
using K8sLb.Operator.Trust;
using K8sLb.Operator.Webhooks;
using K8sLb.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Operator.Tests.Webhooks;

/// <summary>Whoever waits until an operator is ready expects that pods which are created from then on get a sidecar.</summary>
public sealed class WebhookUpkeepTests : IAsyncLifetime, IDisposable
{
    private const string Namespace = "k8slb-system";
    private readonly ManualTime time = new();
    private readonly ServerFeatures features = new();
    private readonly CancellationTokenSource stop = new();
    private readonly WebApplication server;
    private KubernetesClient client = null!;
    private AuthorityStore authorities = null!;
    private WebhookUpkeep upkeep = null!;
    private Task running = Task.CompletedTask;
    private volatile bool leads;
    private volatile bool hasLeader;
    private volatile bool refuses;
    private volatile byte[]? secret;
    private int looks;
    private int writes;

    public WebhookUpkeepTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        server.Run(AnswerAsync);
    }

    public async Task InitializeAsync()
    {
        await server.StartAsync();
        client = new(new KubernetesClientConfiguration { Server = new Uri(server.Urls.Single()) }, ApiTypes.All);
        authorities = new(client, Namespace);
        upkeep = new(
            client,
            authorities,
            features,
            new()
            {
                IsLeader = () => leads,
                HasLeader = () => hasLeader,
                InjectionWebhook = "k8slb",
                ValidationWebhook = "k8slb",
            },
            time,
            NullLogger<WebhookUpkeep>.Instance
        );
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await server.DisposeAsync();
    }

    public void Dispose()
    {
        stop.Dispose();
        client.Dispose();
    }

    [Fact]
    public async Task A_replica_waits_until_somebody_leads_who_tells_the_server()
    {
        Run();
        await Eventually.IsTrue(() => features.Version is not null, "the server was asked what it can do");
        upkeep.HasRegistered.ShouldBeFalse();

        hasLeader = true;

        await RegisteredAsync();
        Volatile.Read(ref writes).ShouldBe(0);
    }

    [Fact]
    public async Task A_leader_has_registered_when_both_configurations_have_its_authority()
    {
        (leads, hasLeader) = (true, true);
        Run();
        await PassingAsync(() => Volatile.Read(ref looks) >= 2, "it looked again, and there was no authority");
        upkeep.HasRegistered.ShouldBeFalse();

        await MakeAuthorityAsync();

        await RegisteredAsync();
        Volatile.Read(ref writes).ShouldBe(2);
    }

    [Fact]
    public async Task A_leader_that_may_not_tell_the_server_serves_streams_all_the_same()
    {
        (leads, hasLeader, refuses) = (true, true, true);
        await MakeAuthorityAsync();
        upkeep.HasRegistered.ShouldBeFalse();

        Run();

        await RegisteredAsync();
        Volatile.Read(ref writes).ShouldBe(0);
    }

    private void Run() => running = upkeep.RunAsync(stop.Token);

    private Task RegisteredAsync() => PassingAsync(() => upkeep.HasRegistered, "it has registered");

    private Task PassingAsync(Func<bool> condition, string what) =>
        Eventually.IsTrue(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return condition();
            },
            what
        );

    private async Task MakeAuthorityAsync()
    {
        var term = AuthorityRotation.Rotate([], DateTimeOffset.UtcNow, new TrustPeriods(), "one").Single();
        var made = await authorities.TryWriteAsync([CertificateIssuing.MakeAuthority(term)], null, stop.Token);
        made.ShouldBeTrue();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        switch (request.Method, request.Path.Value)
        {
            case ("GET", "/version"):
                await response.WriteAsync("""{"major":"1","minor":"30","gitVersion":"v1.30.0"}""");
                break;
            case ("GET", $"/api/v1/namespaces/{Namespace}/secrets/k8slb-ca") when secret is { } kept:
                await response.Body.WriteAsync(kept);
                break;
            case ("GET", _):
                Interlocked.Increment(ref looks);
                response.StatusCode = StatusCodes.Status404NotFound;
                break;
            case ("POST", _):
                secret = await BodyAsync(request);
                await response.Body.WriteAsync(secret);
                break;
            case ("PATCH", _) when refuses:
                response.StatusCode = StatusCodes.Status403Forbidden;
                break;
            default:
                Interlocked.Increment(ref writes);
                await response.Body.WriteAsync(await BodyAsync(request));
                break;
        }
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }
}
