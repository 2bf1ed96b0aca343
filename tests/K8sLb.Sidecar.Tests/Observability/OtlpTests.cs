using System.Net.Http.Json;
using System.Text;
using K8sLb.Sidecar.Admin;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.Telemetry;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Observability;

/// <summary>What a collector gets from a sidecar whose environment names it.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task A_drain_is_a_span_in_the_trace_that_its_id_tells_and_figures_come_as_well()
    {
        await using var collector = new OtlpCollector();
        await using var member = await ProcessMember.StartAsync(
            environment: new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            }
        );
        using var http = new HttpClient();

        var report = await http.GetFromJsonAsync(
            new Uri(member.Process.Admin, "/drain"),
            AdminJson.Default.DrainReport
        );

        var trace = new byte[16];
        DrainTrace.ContextOf(report!.Id).TraceId.CopyTo(trace);
        await Eventually.IsTrue(
            () =>
                collector.Has(
                    "/v1/traces",
                    trace,
                    Utf8("release connections"),
                    Utf8("Released"),
                    Utf8("k8slb-sidecar")
                ),
            "the span is there"
        );
        await Eventually.IsTrue(
            () => collector.Has("/v1/metrics", Utf8("k8slb.sidecar.connections.opened"), Utf8("k8slb-sidecar")),
            "the figures are there"
        );
    }

    [Fact]
    public async Task A_collector_that_is_not_there_changes_nothing()
    {
        await using var member = await ProcessMember.StartAsync(
            environment: new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9" }
        );
        await using var client = await RawHttp.ConnectAsync(member.Process.Http);

        (await client.RequestAsync("/")).Status.ShouldBe(200);

        member.Process.Terminate();
        (await member.Process.ExitAsync()).ShouldBe(0);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
