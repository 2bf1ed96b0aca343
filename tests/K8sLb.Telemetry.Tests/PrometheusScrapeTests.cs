using System.Diagnostics.Metrics;
using K8sLb.TestKit;

namespace K8sLb.Telemetry.Tests;

/// <summary>What is scraped, read by Prometheus' own parser.</summary>
public sealed class PrometheusScrapeTests : IDisposable
{
    private readonly Meter meter = new($"test.{Guid.NewGuid():N}");
    private readonly ProcessTelemetry telemetry;

    public PrometheusScrapeTests() => telemetry = ProcessTelemetry.Start("k8slb-test", "1.2.3", "pod-1", meter.Name);

    public void Dispose()
    {
        telemetry.Dispose();
        meter.Dispose();
    }

    public static TheoryData<string?, string, string> Formats =>
        new()
        {
            {
                "application/openmetrics-text;version=1.0.0,text/plain;q=0.5",
                "openmetrics",
                PrometheusScrape.OpenMetricsType
            },
            { "text/plain", "text", PrometheusScrape.TextType },
            { null, "text", PrometheusScrape.TextType },
        };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Every_kind_of_instrument_is_read_with_its_type_unit_and_labels(
        string? accept,
        string format,
        string contentType
    )
    {
        meter
            .CreateCounter<long>("k8slb.test.requests", "{request}", "Requests, \"all\"")
            .Add(3, Tag("k8slb.route", "peer"));
        meter.CreateUpDownCounter<long>("k8slb.test.members").Add(-2);
        meter.CreateObservableGauge("k8slb.test.limit", () => 7.5, "By");
        var histogram = meter.CreateHistogram<double>("k8slb.test.duration", "s", "How long\nit took");
        histogram.Record(0.03);
        histogram.Record(4);

        var (type, text) = telemetry.Scrape.Read(accept);

        type.ShouldBe(contentType);
        var samples = await PrometheusParser.ReadAsync(text, format);
        var requests = samples.Single(s => s.Name == "k8slb_test_requests_total");
        (requests.Type, requests.Value, requests.Help).ShouldBe(("counter", "3.0", "Requests, \"all\""));
        requests.Labels.ShouldBe(new Dictionary<string, string> { ["k8slb_route"] = "peer" });
        samples
            .Single(s => s.Name == "k8slb_test_members")
            .ShouldSatisfyAllConditions(s => s.Type.ShouldBe("gauge"), s => s.Value.ShouldBe("-2.0"));
        samples.Single(s => s.Name == "k8slb_test_limit_bytes").Value.ShouldBe("7.5");
        var buckets = samples.Where(s => s.Name == "k8slb_test_duration_seconds_bucket").ToList();
        buckets.ShouldAllBe(b => b.Type == "histogram");
        buckets.Single(b => b.Labels["le"] == "0.025").Value.ShouldBe("0.0");
        buckets.Single(b => b.Labels["le"] == "0.05").Value.ShouldBe("1.0");
        buckets.Single(b => b.Labels["le"] == "+Inf").Value.ShouldBe("2.0");
        samples.Single(s => s.Name == "k8slb_test_duration_seconds_count").Value.ShouldBe("2.0");
        samples.Single(s => s.Name == "k8slb_test_duration_seconds_sum").Value.ShouldBe("4.03");
    }

    [Theory]
    [InlineData("openmetrics", "application/openmetrics-text")]
    [InlineData("text", null)]
    public async Task Labels_are_escaped(string format, string? accept)
    {
        const string Odd = "a \"quoted\" \\ back\nslash";
        meter.CreateCounter<long>("k8slb.test.odd").Add(1, Tag("why", Odd), Tag("flag", true), Tag("none", null));

        var samples = await PrometheusParser.ReadAsync(telemetry.Scrape.Read(accept).Text, format);

        var labels = samples.Single(s => s.Name == "k8slb_test_odd_total").Labels;
        labels["why"].ShouldBe(Odd);
        labels["flag"].ShouldBe("true");
        labels["none"].ShouldBe("");
    }

    [Fact]
    public async Task It_says_whose_figures_these_are()
    {
        var samples = await PrometheusParser.ReadAsync(
            telemetry.Scrape.Read("application/openmetrics-text").Text,
            "openmetrics"
        );

        var target = samples.Single(s => s.Name == "target_info").Labels;
        target["service_name"].ShouldBe("k8slb-test");
        target["service_version"].ShouldBe("1.2.3");
        target["service_instance_id"].ShouldBe("pod-1");
        samples.ShouldContain(
            s => s.Name.StartsWith("dotnet_process_memory", StringComparison.Ordinal),
            "the runtime's"
        );
    }

    [Fact]
    public async Task Scrapes_at_the_same_time_are_each_whole()
    {
        var counter = meter.CreateCounter<long>("k8slb.test.busy");
        counter.Add(1);

        var texts = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ => Task.Run(() => telemetry.Scrape.Read("application/openmetrics-text").Text))
        );

        texts.ShouldAllBe(t => t.EndsWith("# EOF\n", StringComparison.Ordinal));
        texts.ShouldAllBe(t => t.Split("k8slb_test_busy_total 1\n", StringSplitOptions.None).Length == 2);
    }

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
