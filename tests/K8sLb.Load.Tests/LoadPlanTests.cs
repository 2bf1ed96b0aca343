using System.Text.Json;

namespace K8sLb.Load.Tests;

public sealed class LoadPlanTests
{
    [Fact]
    public void A_plan_out_of_bounds_names_the_field_the_value_and_the_bounds()
    {
        var plan = LoadPlan.SteadyMix(60) with
        {
            KeepAlive = new() { Connections = 1_001, MeanIntervalMs = 100 },
        };

        Should
            .Throw<ArgumentException>(plan.Validate)
            .Message.ShouldBe("keepAlive.connections is 1001; it takes 1 to 1000");
    }

    [Theory]
    [InlineData(50)]
    [InlineData(5_000)]
    public void A_mix_of_any_rate_that_is_offered_is_within_the_bounds(int perSecond)
    {
        var mix = LoadPlan.Mix(perSecond);

        Should.NotThrow(mix.Validate);
        mix.NewConnection.ShouldNotBeNull();
        mix.KeptConnections.ShouldBe(
            mix.KeepAlive!.Connections
                + mix.Slow!.Connections
                + mix.Http2!.Connections
                + mix.Grpc!.Connections
                + mix.WebSocket!.Connections
        );
    }

    [Fact]
    public void A_plan_read_from_json_keeps_the_defaults_of_what_it_leaves_out()
    {
        const string json = """
            {"http1": "10.96.0.20:80", "http2": "10.96.0.20:81", "host": "shop",
             "plan": {"durationSeconds": 30, "slow": {"connections": 2, "meanIntervalMs": 300, "longestDelayMs": 2000}}}
            """;

        var order = JsonSerializer.Deserialize(json, LoadJson.Default.LoadOrder).ShouldNotBeNull();

        order.Plan.ShouldBe(
            new LoadPlan(
                30,
                Slow: new()
                {
                    Connections = 2,
                    MeanIntervalMs = 300,
                    LongestDelayMs = 2_000,
                }
            )
        );
    }

    [Fact]
    public void A_report_names_classes_and_kinds_as_the_summary_does()
    {
        var recorder = new LoadRecorder(10, () => { });
        recorder.Begin(LoadClass.KeepAlive).Failed(new RequestFailedException(FailureKind.KeepAliveLost, "gone"));
        recorder.Begin(LoadClass.WebSocket).Failed(new RequestFailedException(FailureKind.ServerError, "503"));

        var json = JsonSerializer.Serialize(new() { Report = recorder.Report() }, LoadJson.Default.LoadOutput);

        json.ShouldContain("\"failuresByKind\":{\"keepalive-lost\":1,\"5xx\":1}");
        json.ShouldContain("\"keep-alive\":{\"requests\":1,\"failed\":1");
    }
}
