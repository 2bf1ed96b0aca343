using System.Text.Json;
using K8sLb.Operator.Hub;
using K8sLb.Protocol;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Pools;

public sealed class LoadExchangeTests
{
    [Fact]
    public async Task What_members_report_is_handed_round_every_two_seconds()
    {
        await using var bench = new PoolBench();
        Report(bench, bench.Attach("a"), 12.346);
        Report(bench, bench.Attach("b"), null);
        bench.Attach("silent");

        await PassTimeUntilToldAsync(bench, 2);

        var members = Told(bench)!.Members;
        members.Single(m => m.Uid == "uid-a").ArrivalsPerSecond.ShouldNotBeNull().ShouldBe(12.35, 0.006);
        members.Single(m => m.Uid == "uid-b").ArrivalsPerSecond.ShouldBeNull();
    }

    [Fact]
    public async Task A_member_that_has_gone_is_left_out()
    {
        await using var bench = new PoolBench();
        var gone = bench.Attach("gone");
        Report(bench, gone, 1);
        Report(bench, bench.Attach("a"), 1);
        Report(bench, bench.Attach("b"), 1);
        await PassTimeUntilToldAsync(bench, 3);

        gone.Detach();

        await PassTimeUntilToldAsync(bench, 2);
        Told(bench)!.Members.ShouldNotContain(m => m.Uid == "uid-gone");
    }

    [Fact]
    public async Task Weights_follow_reports_where_the_pool_asks_for_it()
    {
        var pool = Sample.Pool("shop");
        pool.Spec!.LoadBalancing = new() { LoadSource = "Reported" };
        await using var bench = new PoolBench(pool);
        bench.Set(Sample.Pod("a"), Sample.Pod("b"));
        var (fast, slow) = (bench.Attach("a"), bench.Attach("b"));
        bench.Run.Reconcile();
        var second = 0;

        await Eventually.IsTrue(
            () =>
            {
                second++;
                bench.Time.Advance(TimeSpan.FromSeconds(1));
                Report(bench, fast, 1, second * 100, second * 100 * Math.Log(10));
                Report(bench, slow, 1, second * 100, second * 100 * Math.Log(40));
                return Told(bench)?.Members.SingleOrDefault(m => m.Uid == "uid-b")?.WeightFactor < 0.9;
            },
            "the slow one has less weight"
        );

        Told(bench)!.Members.Single(m => m.Uid == "uid-a").WeightFactor.ShouldNotBeNull().ShouldBeGreaterThan(1);
    }

    private static Task PassTimeUntilToldAsync(PoolBench bench, int members) =>
        Eventually.IsTrue(
            () =>
            {
                bench.Time.Advance(TimeSpan.FromSeconds(1));
                return Told(bench)?.Members.Count == members;
            },
            $"figures of {members} are told"
        );

    private static PoolLoads? Told(PoolBench bench) =>
        bench.Run.Channel.Loads is { } line
            ? JsonSerializer.Deserialize(line, ProtocolJson.Default.OperatorMessage)?.Loads
            : null;

    private static void Report(
        PoolBench bench,
        MemberSession session,
        double? arrivals,
        long served = 0,
        double logMs = 0
    ) =>
        session.OnReport(
            new MemberReport
            {
                Connections = new ConnectionCounts(),
                Totals = new ConnectionTotals(),
                ArrivalsPerSecond = arrivals,
                Local = new()
                {
                    InFlight = 0,
                    Served = served,
                    Timed = served,
                    TimedLogMs = logMs,
                },
            },
            bench.Time.GetUtcNow()
        );
}
