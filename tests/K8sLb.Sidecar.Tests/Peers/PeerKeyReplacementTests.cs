using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Peers;

public sealed class PeerKeyReplacementThroughRelayTests() : PeerKeyReplacementTests(PortMode.Relay);

public sealed class PeerKeyReplacementThroughProxyTests() : PeerKeyReplacementTests(PortMode.Proxy);

/// <summary>Keys that are replaced, and keys that nobody replaces.</summary>
public abstract class PeerKeyReplacementTests(PortMode mode) : DataPathTests(mode)
{
    [Fact]
    public async Task A_key_that_was_replaced_counts_until_its_end()
    {
        await using var pool = await PoolAsync();
        var (late, over) = (pool.Keys![0], TestSnapshots.Key("over", ends: TimeSpan.Zero));
        pool.Keys = [over, late];
        await pool.TellAllAsync();
        pool.Keys = [TestSnapshots.Key("new")];
        await pool.TellAllAsync();

        (await AskAsync(late)).ShouldBe("K8SLB/1 ok");
        (await AskAsync(over)).ShouldBeNull();

        async Task<string?> AskAsync(PeerKey key)
        {
            using var caller = await PeerCaller.ConnectAsync(pool[0]);
            return await caller.AskAsync(pool[0], key);
        }
    }

    [Fact]
    public async Task While_the_operator_is_away_for_longer_than_keys_live_members_go_on_with_what_they_have()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        pool.Keys = [pool.Keys![0] with { GoodUntil = DateTimeOffset.UtcNow - TimeSpan.FromHours(1) }];
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        await using var late = await RawHttp.ConnectAsync(pool[0].Http);

        (await late.RequestAsync("/")).ServedBy.ShouldBe("m1");
    }

    [Fact]
    public async Task Keys_are_replaced_under_traffic_without_a_request_that_fails_or_stays()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        using var stop = new CancellationTokenSource();
        var served = 0;
        var traffic = Enumerable.Range(0, 4).Select(_ => Task.Run(SendAsync)).ToArray();

        for (var round = 0; round < 12; round++)
        {
            // As of a new leader: one that nobody has, and none of those before.
            pool.Keys = [TestSnapshots.Key($"round{round}")];
            // First the one, then the other; between the two there is traffic.
            await pool.TellAsync(
                round % 2,
                PeerDirectives.AwayFromFirst,
                round % 2 == 0 ? PeerDirectives.Leaves() : null
            );
            await MoreAsync();
            await pool.TellAsync(
                1 - (round % 2),
                PeerDirectives.AwayFromFirst,
                round % 2 == 0 ? null : PeerDirectives.Leaves()
            );
            await MoreAsync();
        }
        await stop.CancelAsync();
        await Task.WhenAll(traffic);

        served.ShouldBe(pool[1].App.Served);

        async Task SendAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await using var late = await RawHttp.ConnectAsync(pool[0].Http);
                var response = await late.RequestAsync("/");
                response.Status.ShouldBe(200);
                response.ServedBy.ShouldBe("m1");
                Interlocked.Increment(ref served);
            }
        }

        async Task MoreAsync()
        {
            var before = Volatile.Read(ref served);
            await Eventually.IsTrue(
                () => Volatile.Read(ref served) >= before + 8 || traffic.Any(t => t.IsFaulted),
                "requests were served"
            );
        }
    }
}
