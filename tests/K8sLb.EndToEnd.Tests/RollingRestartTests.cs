using K8sLb.EndToEnd.Tests.Harness;
using K8sLb.Load;
using K8sLb.TestKit;

namespace K8sLb.EndToEnd.Tests;

/// <summary><c>kubectl rollout restart</c> under steady mixed load, with two seconds of endpoint lag.</summary>
[Collection(EndToEndSuite.Name)]
public sealed class RollingRestartTests(EndToEndFixture cluster)
{
    [Fact]
    public async Task A_rolling_restart_under_load_loses_nothing()
    {
        await using var shop = await Shop.OpenAsync(cluster, withSidecar: true);
        await using var load = LoadRun.Start(Mix, shop.Target);
        var before = shop.PodNames;
        await shop.BeginRestartAsync();
        await shop.RestartedAsync(before);
        ShouldHaveLostNothing(shop, await load.StopAsync());
    }

    [Fact]
    public async Task Killing_the_operator_in_mid_rollout_loses_nothing()
    {
        await using var shop = await Shop.OpenAsync(cluster, withSidecar: true);
        await using var load = LoadRun.Start(Mix, shop.Target);
        var before = shop.PodNames;
        await shop.BeginRestartAsync();
        var draining = await shop.SomebodyDrainsAsync();
        await shop.Operator.KillAsync();
        await Eventually.IsTrue(
            () => !shop.PodNames.Contains(draining),
            "a drain goes on to its end without the operator",
            TimeSpan.FromSeconds(60)
        );
        shop.Operator.Start();
        await shop.RestartedAsync(before);
        ShouldHaveLostNothing(shop, await load.StopAsync());
    }

    /// <summary>What the two tests above are worth: the same thing without sidecars does fail.</summary>
    [Fact]
    public async Task The_same_restart_without_sidecars_does_lose_requests()
    {
        await using var shop = await Shop.OpenAsync(cluster, withSidecar: false);
        await using var load = LoadRun.Start(Mix, shop.Target);
        var before = shop.PodNames;
        await shop.BeginRestartAsync();
        await shop.RestartedAsync(before);
        var report = await load.StopAsync();
        shop.Mishaps.ShouldBeEmpty();
        report.Failed.ShouldBeGreaterThan(0);
        report.Cut.ShouldBeGreaterThan(0);
    }

    /// <summary>All kinds of clients, few enough for two cores that also run the pods.</summary>
    internal static LoadPlan Mix =>
        new(DurationSeconds: 300)
        {
            KeepAlive = new() { Connections = 16, MeanIntervalMs = 400 },
            NewConnection = new() { PerSecond = 20, MaxConcurrent = 50 },
            Slow = new()
            {
                Connections = 6,
                MeanIntervalMs = 300,
                LongestDelayMs = 2_000,
            },
            Http2 = new()
            {
                Connections = 4,
                StreamsPerConnection = 3,
                MeanIntervalMs = 300,
            },
            Grpc = new()
            {
                Connections = 3,
                CallersPerConnection = 3,
                MeanIntervalMs = 400,
                ChatIntervalMs = 700,
                MessagesPerChat = 30,
            },
            WebSocket = new() { Connections = 12, MeanIntervalMs = 700 },
        };

    internal static void ShouldHaveLostNothing(Shop shop, LoadReport report)
    {
        shop.Mishaps.ShouldBeEmpty();
        if (report.Failed > 0)
        {
            var failures = string.Join('\n', report.Failures);
            report.Failed.ShouldBe(0, $"since {report.StartedAt:HH:mm:ss.fff}; logs in {shop.KeepLogs()}\n{failures}");
        }
        report.Cut.ShouldBe(0);
        report.ReleasedPolitely.ShouldBeGreaterThan(0);
        report.Requests.ShouldBeGreaterThan(1_000);
    }
}
