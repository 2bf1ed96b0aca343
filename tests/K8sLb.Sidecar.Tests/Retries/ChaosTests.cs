using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Retries;

/// <summary>Half of the members fail, each in its own way, behind sidecars that are processes of their own.</summary>
[Trait("Category", "Long")]
public sealed class ChaosTests
{
    private const int Members = 4;
    private const int Clients = 12;
    private const int Requests = 4_000;

    private static readonly RetryPolicy Retry = new()
    {
        Attempts = 3,
        BackoffBaseMs = 5,
        BackoffMaxMs = 50,
        PerTryTimeoutMs = 2_000,
        BudgetPercent = 20,
        BudgetMinPerSecond = 0,
    };

    [Fact]
    public async Task Retries_add_no_more_than_their_budget_to_what_clients_ask_for()
    {
        var outcome = await RunAsync(breaker: null);

        outcome.Upstream.ShouldBeLessThanOrEqualTo((int)(Requests * 1.2));
        outcome.Upstream.ShouldBeGreaterThan(Requests, "some were repeated");
        outcome.Succeeded.ShouldBeGreaterThan(Requests / 2);
    }

    [Fact]
    public async Task With_a_circuit_breaker_nearly_all_requests_succeed_besides()
    {
        var outcome = await RunAsync(
            new()
            {
                ConsecutiveFailures = 5,
                OpenForMs = 1_000,
                MaxOpenForMs = 30_000,
            }
        );

        outcome.Upstream.ShouldBeLessThanOrEqualTo((int)(Requests * 1.2));
        outcome.Succeeded.ShouldBeGreaterThan((int)(Requests * 0.95));
    }

    private static async Task<Outcome> RunAsync(CircuitBreakerPolicy? breaker)
    {
        var addresses = Enumerable.Range(0, Members).Select(_ => LoopbackAddress.Next()).ToList();
        var policy = TestSnapshots.Policy(PortMode.Proxy) with { Retry = Retry, CircuitBreaker = breaker };
        var directives = addresses.Select((a, i) => TestSnapshots.Member($"m{i}", address: a.ToString())).ToList();
        var apps = new List<TestApp>();
        var sidecars = new List<SidecarProcess>();
        try
        {
            for (var i = 0; i < Members; i++)
            {
                apps.Add(await TestApp.StartAsync(addresses[i], $"m{i}"));
            }
            sidecars.AddRange(
                await Task.WhenAll(
                    addresses.Select(
                        (a, i) => SidecarProcess.StartAsync(a, TestSnapshots.For($"m{i}", 1, directives, policy))
                    )
                )
            );
            return await DisturbAsync(apps, sidecars);
        }
        finally
        {
            await Task.WhenAll(sidecars.Select(s => s.DisposeAsync().AsTask()));
            await Task.WhenAll(apps.Select(a => a.DisposeAsync().AsTask()));
        }
    }

    /// <summary>One refuses all of its work; the other answers wrongly, and breaks what is open now and then.</summary>
    private static async Task<Outcome> DisturbAsync(List<TestApp> apps, List<SidecarProcess> sidecars)
    {
        (apps[0].Fails, apps[1].Fails) = (503, 502);
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler);
        var (sent, succeeded) = (0, 0);
        await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(async client =>
                {
                    for (int number; (number = Interlocked.Increment(ref sent)) <= Requests; )
                    {
                        if (number % 500 == 0)
                        {
                            apps[1].BreakConnections();
                        }
                        var to = sidecars[number % Members].Http;
                        if (await AskAsync(http, new($"http://{to}/"), isHttp2: client % 2 == 0))
                        {
                            Interlocked.Increment(ref succeeded);
                        }
                    }
                })
        );
        return new(apps.Sum(a => a.Served), succeeded);
    }

    private static async Task<bool> AskAsync(HttpClient http, Uri at, bool isHttp2)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, at)
        {
            Version = isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await http.SendAsync(request);
        return answer.IsSuccessStatusCode;
    }

    private sealed record Outcome(int Upstream, int Succeeded);
}
