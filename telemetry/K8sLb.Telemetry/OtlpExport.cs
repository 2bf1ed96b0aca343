using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace K8sLb.Telemetry;

/// <summary>Sends figures and spans to a collector, by OpenTelemetry's own variables. All that touches its SDK.</summary>
internal sealed class OtlpExport : IDisposable
{
    private static readonly string[] Variables =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    ];

    private readonly MeterProvider meters;
    private readonly TracerProvider traces;

    public OtlpExport(string service, string version, string instance, IReadOnlyList<string> meterNames)
    {
        var resource = ResourceBuilder
            .CreateDefault()
            .AddService(service, serviceVersion: version, serviceInstanceId: instance);
        meters = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter([.. meterNames])
            .AddView(instrument =>
                instrument is Histogram<double> { Unit: "s" }
                    ? new ExplicitBucketHistogramConfiguration { Boundaries = Cell.Bounds }
                    : null
            )
            .AddOtlpExporter()
            .Build();
        traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(DrainTrace.SourceName)
            .AddOtlpExporter()
            .Build();
    }

    public static bool IsAskedFor =>
        Array.Exists(Variables, v => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(v)));

    /// <summary>Sends what has not been sent yet.</summary>
    public void Dispose()
    {
        traces.Dispose();
        meters.Dispose();
    }
}
