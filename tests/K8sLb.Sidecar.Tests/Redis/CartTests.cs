using System.Collections.Concurrent;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.Sidecar.Tests.Sessions;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Redis;

/// <summary>The example in samples/redis: an application that keeps carts in a real Redis, while all its pods are replaced.</summary>
[Trait("Category", "Long")]
public sealed class CartTests
{
    private const int Shoppers = 100;
    private const int Members = 3;

    [Fact]
    public async Task Nothing_of_a_cart_is_lost_or_doubled_while_every_pod_is_replaced()
    {
        await using var redis = await RedisServer.StartAsync();
        var apps = new ConcurrentDictionary<TestMember, CartAppProcess>();
        async Task RunAppAsync(TestMember member) =>
            apps[member] = await CartAppProcess.StartAsync(member, redis.Address);
        await using var pool = await TestMember.PoolAsync(
            Members,
            p =>
                p with
                {
                    Sessions = TestKeys.Policy(SessionKind.Cookie),
                    Drain = p.Drain with { RampDownMs = 200, QuietPeriodMs = 300 },
                },
            PortMode.Proxy
        );
        try
        {
            await Task.WhenAll(pool.Members.Select(RunAppAsync));
            var endpoints = new StaleEndpoints(pool.Members);
            Shopper[] shoppers = [.. Enumerable.Range(0, Shoppers).Select(i => new Shopper(endpoints, i))];
            using var stop = new CancellationTokenSource();
            var rounds = 0;
            var shopping = Task.Run(() => ShopAsync(shoppers, () => Interlocked.Increment(ref rounds), stop.Token));
            await Eventually.IsTrue(() => rounds > 0 || shopping.IsCompleted, "everybody has a cart");

            foreach (var leaving in pool.Members.ToList())
            {
                endpoints.Add(await RollingPool.JoinAsync(pool, $"{leaving.Name}-next", RunAppAsync));
                await RollingPool.LeaveAsync(pool, leaving, endpoints);
                apps.TryRemove(leaving, out var app).ShouldBeTrue();
                await app!.DisposeAsync();
                var soFar = rounds;
                await Eventually.IsTrue(() => rounds > soFar || shopping.IsCompleted, "everybody has been back");
            }
            await stop.CancelAsync();
            await shopping.WaitAsync(TimeSpan.FromSeconds(60));

            var kept = await redis.HashesAsync("cart:*");
            kept.Count.ShouldBe(Shoppers);
            foreach (var shopper in shoppers)
            {
                (await shopper.ShowAsync()).ShouldBe(shopper.Wanted);
                string[] words = [.. kept[$"cart:{shopper.Cart}"].Chunk(2).Select(p => $"{p[0]} {p[1]}\n").Order()];
                string.Concat(words).ShouldBe(shopper.Wanted);
                shopper.Pods.ShouldBeInRange(2, Members + 1, "its session moves once for each pod that it loses");
            }
        }
        finally
        {
            await Task.WhenAll(apps.Values.Select(a => a.DisposeAsync().AsTask()));
        }
    }

    private static Task ShopAsync(Shopper[] shoppers, Action roundEnded, CancellationToken stop) =>
        Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await Parallel.ForEachAsync(
                        shoppers,
                        new ParallelOptions { MaxDegreeOfParallelism = 8 },
                        async (shopper, _) => await shopper.AddAsync()
                    );
                    roundEnded();
                }
            },
            CancellationToken.None
        );
}
