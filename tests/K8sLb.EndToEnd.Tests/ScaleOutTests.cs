using K8sLb.EndToEnd.Tests.Harness;
using K8sLb.Load;
using K8sLb.TestKit;

namespace K8sLb.EndToEnd.Tests;

/// <summary><c>kubectl scale</c> from four pods to eight under long gRPC streams.</summary>
[Collection(EndToEndSuite.Name)]
[Trait("Category", "Long")]
public sealed class ScaleOutTests(EndToEndFixture cluster)
{
    private const int Streams = 400;
    private const double MostImbalance = 1.15;

    [Fact]
    public async Task Streams_are_held_evenly_within_a_minute_and_as_few_move_as_must()
    {
        await using var shop = await Shop.OpenAsync(cluster, withSidecar: true);
        await shop.PatchPoolAsync(
            """{"loadBalancing":{"rebalance":{"maxImbalancePercent":10,"maxReleasesPerSecond":20}}}"""
        );
        await using var load = LoadRun.Start(LoadPlan.Streams(Streams, durationSeconds: 300), shop.Target);
        await Eventually.IsTrue(
            () => load.Progress().Members.Where(m => m.Key.Length > 0).Sum(m => m.Value.Http2) == Streams,
            "all streams are open",
            TimeSpan.FromSeconds(60)
        );

        // What chance had placed unevenly may have been put right.
        var movedBefore = load.Progress().ReleasedPolitely;

        await shop.ScaleAsync(8);
        await Eventually.IsTrue(
            () => Imbalance(load.Progress(), pods: 8) <= MostImbalance,
            "the streams are held evenly",
            TimeSpan.FromSeconds(60)
        );

        var report = await load.StopAsync();
        shop.Mishaps.ShouldBeEmpty();
        report.Failed.ShouldBe(0, string.Join('\n', report.Failures));
        report.Cut.ShouldBe(0);
        (report.ReleasedPolitely - movedBefore).ShouldBeInRange(Streams * 4 / 10, Streams / 2 * 11 / 10);
    }

    /// <summary>The fullest pod's connections, times the mean of all; those that end their streams behind a GOAWAY count.</summary>
    private static double Imbalance(LoadProgress progress, int pods)
    {
        var held = progress.Members.Where(m => m.Key.Length > 0).Select(m => m.Value.Http2).ToList();
        return held.Max() * (double)pods / held.Sum();
    }
}
