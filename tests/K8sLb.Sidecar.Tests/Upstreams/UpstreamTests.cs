using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Http;
using K8sLb.Sidecar.Http.Upstreams;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace K8sLb.Sidecar.Tests.Upstreams;

/// <summary>The connections that a sidecar keeps to its application and to peers, on ports with mode Proxy.</summary>
public sealed class UpstreamTests
{
    private static readonly UpstreamPolicy Policy = new()
    {
        MinConnections = 1,
        MaxConnections = 4,
        StreamsPerConnection = 5,
        IdleTimeoutMs = 500,
    };

    [Fact]
    public async Task Connections_of_http2_grow_and_shrink_with_what_they_carry()
    {
        await using var pool = await PoolAsync(Policy);
        var counts = Counts(pool[0]);
        using var http = Client();

        var waiting = Enumerable.Range(0, 40).Select(_ => http.GetStringAsync(new Uri(pool[0].Url, "/gate"))).ToList();
        await Eventually.IsTrue(() => pool[0].App.Waiting == 40, "all are under way");
        counts.Sockets.ShouldBe(Policy.MaxConnections);

        pool[0].App.Gate.SetResult();
        (await Task.WhenAll(waiting)).ShouldAllBe(answer => answer == "m0");

        await Eventually.IsTrue(() => counts.Sockets == Policy.MinConnections, "one is left");
        (await http.GetStringAsync(pool[0].Url)).ShouldBe("m0");
        counts.Sockets.ShouldBe(1);
    }

    [Fact]
    public async Task Without_the_policy_one_connection_carries_all()
    {
        await using var pool = await PoolAsync(policy: null);
        using var http = Client();

        var waiting = Enumerable.Range(0, 40).Select(_ => http.GetStringAsync(new Uri(pool[0].Url, "/gate"))).ToList();
        await Eventually.IsTrue(() => pool[0].App.Waiting == 40, "all are under way");

        Counts(pool[0]).Sockets.ShouldBe(1);
        pool[0].App.Gate.SetResult();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task A_connection_of_http2_that_answers_no_heartbeat_is_given_up()
    {
        await using var pool = await PoolAsync(Policy with { HeartbeatMs = 1_000 });
        await pool[0].App.DisposeAsync();
        using var silent = new Socket(SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(pool[0].Address, TestApp.Port));
        silent.Listen();
        using var http = Client();
        var asking = http.GetAsync(pool[0].Url);
        // It accepts, and is never heard of again.
        using var accepted = await silent.AcceptAsync();
        await accepted.SendAsync(new byte[] { 0, 0, 0, RawHttp2.Settings, 0, 0, 0, 0, 0 });

        using var answer = await asking;

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        await Eventually.IsTrue(() => Counts(pool[0]).Sockets == 0, "it is closed");
    }

    [Fact]
    public async Task Another_policy_takes_the_place_of_the_connections_that_are_there()
    {
        await using var pool = await PoolAsync(Policy);
        using var http = Client();
        var first = http.GetStringAsync(new Uri(pool[0].Url, "/gate"));
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "it is under way");

        pool.Policy = pool.Policy with { Connections = new() { Upstream = Policy with { MinConnections = 2 } } };
        await pool.TellAllAsync();
        await Eventually.IsTrue(() => Destinations(pool[0]).Count == 0, "what was there is given up");

        (await http.GetStringAsync(pool[0].Url)).ShouldBe("m0");
        pool[0].App.Gate.SetResult();
        (await first).ShouldBe("m0", "what was under way ends as it would have");
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Ten_thousand_changes_of_members_under_load_leave_nothing_behind()
    {
        const int Changes = 10_000;
        await using var pool = await PoolAsync(Policy, members: 3);
        // Who proves a key also proves which member it is, and here one answers to many names.
        pool.Keys = null;
        await pool.TellAllAsync();
        var snapshots = pool[0].Host.Services.GetRequiredService<SnapshotInForce>();
        using var http = Client();
        using var done = new CancellationTokenSource();
        using var served = new SemaphoreSlim(0);
        var load = Enumerable
            .Range(0, 8)
            .Select(n =>
                Task.Run(async () =>
                {
                    while (!done.IsCancellationRequested)
                    {
                        using var request = new HttpRequestMessage(HttpMethod.Get, pool[0].Url)
                        {
                            Version = n % 2 == 0 ? HttpVersion.Version20 : HttpVersion.Version11,
                            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                        };
                        using var answer = await http.SendAsync(request);
                        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
                        served.Release();
                    }
                })
            )
            .ToList();

        for (var i = 1; i <= Changes; i++)
        {
            snapshots.Put(Changed(pool, i));
            pool[0].Router.Refresh();
            // None comes before somebody has been served since the one before.
            (await served.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeTrue();
        }
        await done.CancelAsync();
        await Task.WhenAll(load);

        pool.Members.Skip(1).Sum(m => m.App.Served).ShouldBeGreaterThan(Changes / 100, "peers took part");
        await Eventually.IsTrue(
            () => Destinations(pool[0]).Count <= 3 && Counts(pool[0]) is { Handlers: <= 6, Sockets: <= 3 },
            "what was for members that left is gone"
        );
    }

    /// <summary>The same peers under new names, which are other members; now and then one of them is away.</summary>
    private static MemberSnapshot Changed(TestPool pool, int number)
    {
        var members = pool
            .Members.Select(
                (m, i) =>
                    i == 0
                        ? m.Directive(weight: 10)
                        : m.Directive() with
                        {
                            Uid = $"uid-{m.Name}-{number + i}",
                            ProvesKey = false,
                        }
            )
            .Where((_, i) => i == 0 || number % 7 != i)
            .ToList();
        return TestSnapshots.For(pool[0].Options.PodUid, 10 + number, members, pool.Policy);
    }

    private static Task<TestPool> PoolAsync(UpstreamPolicy? policy, int members = 1) =>
        TestMember.PoolAsync(
            members,
            p => p with { Connections = policy is null ? null : new() { Upstream = policy } },
            PortMode.Proxy
        );

    private static UpstreamCounts Counts(TestMember member) =>
        member.Host.Services.GetRequiredService<UpstreamCounts>();

    private static HttpDestinations Destinations(TestMember member) =>
        member.Host.Services.GetRequiredService<HttpDestinations>();

    private static HttpClient Client() =>
        new()
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
}
