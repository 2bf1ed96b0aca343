using System.Diagnostics;
using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Races;

/// <summary>Idle connections that are used in the very moment in which they are released: nothing is lost.</summary>
[Collection(nameof(OneAtATime))]
public sealed class ReleaseRaceTests
{
    private const int OpenedAtOnce = 64;

    [Theory]
    [InlineData(PortMode.Relay)]
    [InlineData(PortMode.Proxy)]
    public async Task Requests_fired_into_the_release_of_hundreds_of_idle_connections_are_all_served(PortMode mode)
    {
        await using var pool = await TestMember.PoolAsync(
            policy: p => p with { Drain = p.Drain with { MaxReleasesPerSecond = 400 } },
            mode: mode
        );

        await RaceAsync(pool[0].Http, pool[0].Http, pool[0].Admin, count: 400, TimeSpan.FromSeconds(1));
    }

    /// <summary>What the proxy's own hops from thread to thread leave open between its last look and the close.</summary>
    [Fact]
    public async Task Requests_fired_into_a_release_are_all_served_where_threads_are_slow_to_come()
    {
        await using var pool = await TestMember.PoolAsync(
            policy: p => p with { Drain = p.Drain with { MaxReleasesPerSecond = 400 } },
            mode: PortMode.Proxy
        );
        await using var burden = ThreadPoolBurden.Start(items: 16, each: TimeSpan.FromMilliseconds(2));

        await RaceAsync(pool[0].Http, pool[0].Http, pool[0].Admin, count: 400, TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Requests_fired_into_the_release_of_10000_idle_connections_are_all_served()
    {
        await using var member = await RaceMember.StartAsync(releasesPerSecond: 2_500);

        await RaceAsync(member.Http1, member.Http2, member.Admin, count: 10_000, TimeSpan.FromSeconds(5));
    }

    private static async Task RaceAsync(IPEndPoint http1, IPEndPoint http2, Uri admin, int count, TimeSpan release)
    {
        var racers = new IRacer[count];
        try
        {
            await Parallel.ForAsync(
                0,
                count,
                new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce },
                async (i, _) =>
                    racers[i] = i % 2 == 0 ? await Http1Racer.OpenAsync(http1) : await Http2Racer.OpenAsync(http2)
            );

            // One would stop a client, or the sidecar, between its look at the connection and its request or close, for which
            // HTTP/1.1 knows no remedy (RFC 9112 section 9.3.1).
            using var undisturbed = NoCollections.Begin();
            var draining = RaceMember.DrainAsync(admin);
            await Task.WhenAll(
                racers
                    .GroupBy(r => r.GetType(), (_, ofOneKind) => ofOneKind.ToArray())
                    .Select(r => Task.Factory.StartNew(() => Fire(r, release), TaskCreationOptions.LongRunning))
            );
            var fates = await Task.WhenAll(racers.Select(r => r.Fate)).WaitAsync(TimeSpan.FromSeconds(60));
            var report = await draining;

            var seen = racers.Zip(fates).CountBy(r => (r.First.GetType().Name, r.Second)).ToDictionary();
            seen.ShouldNotContain(r => r.Key.Second == RaceFate.Lost || r.Key.Second == RaceFate.Refused, Text(seen));
            seen.Keys.ShouldBe(
                [
                    (nameof(Http1Racer), RaceFate.Answered),
                    (nameof(Http1Racer), RaceFate.Moved),
                    (nameof(Http2Racer), RaceFate.Answered),
                    (nameof(Http2Racer), RaceFate.Moved),
                ],
                ignoreOrder: true,
                "the race was run: some came in time and some did not: " + Text(seen)
            );
            report.Progress.ShouldBe(DrainProgress.Released);
            report.Released.ShouldBe(count);
            report.Forced.ShouldBe(0);
        }
        finally
        {
            await Task.WhenAll(racers.Where(r => r is not null).Select(r => r.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Half of them in the instant in which the drain begins, the others from the first that is told on.</summary>
    private static void Fire(IRacer[] racers, TimeSpan release)
    {
        var half = racers.Length / 2;
        foreach (var racer in racers.AsSpan(..half))
        {
            racer.Fire();
        }
        var others = racers[half..];
        SpinWait.SpinUntil(() => Array.Exists(others, r => r.IsTold), TimeSpan.FromSeconds(60)).ShouldBeTrue();

        var random = new Random(1);
        var clock = Stopwatch.StartNew();
        var instants = new double[others.Length];
        foreach (ref var instant in instants.AsSpan())
        {
            instant = random.NextDouble() * release.TotalMilliseconds;
        }
        Array.Sort(instants);
        for (var i = 0; i < instants.Length; i++)
        {
            while (clock.Elapsed.TotalMilliseconds < instants[i])
            {
                Thread.Yield();
            }
            others[i].Fire();
        }
    }

    private static string Text<T>(Dictionary<T, int> seen)
        where T : notnull => string.Join(", ", seen.Select(s => $"{s.Value} {s.Key}"));
}
