using System.Net;
using System.Net.Sockets;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Identity;
using K8sLb.Operator.Tests.Hub;
using K8sLb.Protocol;
using K8sLb.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>10,000 connections that never say who they are.</summary>
[Collection(ClusterTests.Name)]
public sealed class FloodTests(OperatorCluster cluster)
{
    private const int Attempts = 10_000;
    private const int AtOnce = 64;

    [Fact]
    public async Task One_source_that_dials_and_stays_silent_takes_no_place_from_others()
    {
        await using var world = await PoolWorld.CreateAsync(cluster, secure: true);
        var app = await ServingAsync(world, new HubOptions { ProofTimeout = TimeSpan.FromMinutes(10) });
        using var flood = new Flood(IPEndPoint.Parse(world.Hub.Authority));

        await flood.DialAsync(["127.0.9.9"]);

        Unproven(app).ShouldBeInRange(1, 256);
        await AttachAsync(world);
        using var http = new HttpClient();
        (await http.GetStringAsync(new Uri(new Uri(app.Urls.Last()), "/readyz"))).ShouldBe("ok");
    }

    [Fact]
    public async Task Many_sources_that_dial_and_stay_silent_are_bounded_together_and_in_time()
    {
        await using var world = await PoolWorld.CreateAsync(cluster, secure: true);
        var app = await ServingAsync(world, new HubOptions { ProofTimeout = TimeSpan.FromSeconds(2) });
        using var flood = new Flood(IPEndPoint.Parse(world.Hub.Authority));

        await flood.DialAsync([.. Enumerable.Range(1, 100).Select(i => $"127.0.8.{i}")]);

        Unproven(app).ShouldBeLessThanOrEqualTo(2_048);
        await Eventually.IsTrue(() => Unproven(app) == 0, "those who have proven nothing are gone, and it held on");
        await AttachAsync(world);
    }

    [Fact]
    public async Task Ten_thousand_attempts_over_TLS_that_say_nothing_are_bounded_while_sidecars_attach()
    {
        await using var world = await PoolWorld.CreateAsync(cluster, secure: true);
        // Else the pace of one address would be what holds the sidecar up, which is not what this is about.
        var app = await ServingAsync(world, new HubOptions { AttachesPerSecond = Attempts });
        await world.EndSidecarAsync("a");
        using var flood = new TlsFlood(IPEndPoint.Parse(world.Hub.Authority), await world.CredentialsAsync(null));
        var most = 0;

        var flooding = flood.DialAsync("127.0.9.9", Attempts, AtOnce, () => most = Math.Max(most, Unproven(app)));
        for (var attached = 0; attached == 0 || !flooding.IsCompleted; attached++)
        {
            await AttachAsync(world);
        }
        await flooding;

        flood.LetIn.ShouldBeGreaterThan(0, "it got as far as TLS");
        flood.TurnedAway.ShouldBeGreaterThan(0);
        (flood.LetIn + flood.TurnedAway).ShouldBe(Attempts);
        // One more of the sidecar that attaches.
        most.ShouldBeInRange(1, 256 + 1);
        await AttachAsync(world);
    }

    [Fact]
    public async Task A_sidecar_that_attaches_faster_than_the_pace_is_told_when_its_turn_is()
    {
        await using var world = await PoolWorld.CreateAsync(cluster, secure: true);
        await ServingAsync(world, new HubOptions { AttachesPerSecond = 5 });
        await world.EndSidecarAsync("a");
        var (hello, credentials) = (await world.HelloAsync("a"), await world.CredentialsOfAsync("a"));

        Refusal? refusal = null;
        for (var i = 0; i < 50 && refusal is null; i++)
        {
            await using var sidecar = await TestSidecar.AttachAsync(world.Hub, hello, credentials);
            refusal = (await sidecar.ReadAsync()).ShouldNotBeNull().Refusal;
        }

        refusal.ShouldNotBeNull("it was let in each time").Reason.ShouldBe("many sidecars attach at once");
        refusal.RetryAfterMs.ShouldBeGreaterThan(0);
    }

    private static async Task<WebApplication> ServingAsync(PoolWorld world, HubOptions hub)
    {
        await world.CreatePoolAsync();
        var app = await world.StartOperatorAsync(hub: hub);
        await world.AddMembersAsync("a");
        await world.ActiveAsync(1);
        await Eventually.IsTrue(() => Unproven(app) == 0, "the member has proven who it is");
        return app;
    }

    private static async Task AttachAsync(PoolWorld world)
    {
        await using var sidecar = await TestSidecar.AttachAsync(
            world.Hub,
            await world.HelloAsync("a"),
            await world.CredentialsOfAsync("a")
        );
        await sidecar.ReadWelcomeAsync();
    }

    private static int Unproven(WebApplication app) => app.Services.GetRequiredService<UnprovenConnections>().Count;

    private sealed class Flood(IPEndPoint target) : IDisposable
    {
        private readonly List<Socket> sockets = [];

        public async Task DialAsync(string[] sources)
        {
            for (var dialled = 0; dialled < Attempts; dialled += AtOnce)
            {
                var batch = Enumerable.Range(dialled, AtOnce).Select(i => DialAsync(sources[i % sources.Length]));
                await Task.WhenAll([.. batch]);
            }
        }

        public void Dispose() => sockets.ForEach(s => s.Dispose());

        private async Task DialAsync(string source)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            lock (sockets)
            {
                sockets.Add(socket);
            }
            socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
            try
            {
                await socket.ConnectAsync(target);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                // Closed as soon as it was accepted.
            }
        }
    }
}
