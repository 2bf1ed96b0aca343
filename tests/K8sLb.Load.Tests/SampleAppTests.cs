using K8sLb.TestKit;

namespace K8sLb.Load.Tests;

public sealed class SampleAppTests
{
    private static readonly LoadPlan Mix = LoadPlan.SteadyMix(60) with { MaxRequests = 1_000 };

    [Fact]
    public async Task A_good_server_fails_no_request_of_any_class()
    {
        await using var app = await SampleProcess.StartAsync("pod-1");
        await using var run = LoadRun.Start(Mix, app.Target);

        await Eventually.IsTrue(
            () => run.Progress().Members.GetValueOrDefault("pod-1") is { Http1: > 0, Http2: > 0, WebSocket: > 0 },
            "connections of every protocol name the pod that answered"
        );
        var report = await run.Completion;

        report.Failures.ShouldBeEmpty();
        report.Failed.ShouldBe(0);
        report.Requests.ShouldBeGreaterThanOrEqualTo(1_000);
        report.Classes.Keys.ShouldBe(Enum.GetValues<LoadClass>(), ignoreOrder: true);
        report.Classes.Values.ShouldAllBe(c => c.Requests > 0);
        report.ClosedByClient.ShouldBe(report.ConnectionsOpened);
        LoadOn.Balances(report);
    }

    [Fact]
    public async Task The_application_ends_at_once_when_told_and_the_load_sees_what_that_breaks()
    {
        await using var app = await SampleProcess.StartAsync("pod-1");
        await using var run = LoadRun.Start(Mix with { MaxRequests = 2_000 }, app.Target);
        await Eventually.IsTrue(() => run.Progress().Requests > 500, "the load is under way");
        run.Progress().Failed.ShouldBe(0);

        (await app.TerminateAsync()).ShouldBe(0);
        var report = await run.Completion;

        report.FailuresByKind.Keys.ShouldContain(FailureKind.Refused);
        report.FailuresByKind.Keys.ShouldContain(FailureKind.WebSocketCut);
        report.Classes[LoadClass.Slow].Failed.ShouldBeGreaterThan(0);
        report.Cut.ShouldBeGreaterThan(0);
        report.ReleasedPolitely.ShouldBe(0);
        LoadOn.Balances(report);
    }

    [Fact]
    public async Task A_load_that_is_stopped_lets_its_requests_end()
    {
        await using var app = await SampleProcess.StartAsync("pod-1");
        await using var run = LoadRun.Start(
            new LoadPlan(
                60,
                Slow: new()
                {
                    Connections = 20,
                    MeanIntervalMs = 4,
                    LongestDelayMs = 500,
                }
            ),
            app.Target
        );
        await Eventually.IsTrue(() => run.Progress().Requests >= 20, "slow requests are in flight");

        var report = await run.StopAsync();

        report.Failed.ShouldBe(0);
        LoadOn.Balances(report);
    }
}
