namespace K8sLb.Telemetry;

/// <summary>
/// What this process measures, for whoever scrapes it, and for an OTLP collector where the environment names one
/// (OTEL_EXPORTER_OTLP_ENDPOINT and its like).
/// </summary>
public sealed class ProcessTelemetry : IDisposable
{
    /// <summary>The runtime's own: memory, collections, threads.</summary>
    private const string RuntimeMeter = "System.Runtime";

    private readonly MeterReading reading;
    private readonly IDisposable? export;

    private ProcessTelemetry(MeterReading reading, IDisposable? export, PrometheusScrape scrape) =>
        (this.reading, this.export, Scrape) = (reading, export, scrape);

    public PrometheusScrape Scrape { get; }

    /// <param name="service">As it is called in dashboards.</param>
    /// <param name="instance">Of many: the pod.</param>
    /// <param name="meterNames">Its own.</param>
    public static ProcessTelemetry Start(string service, string version, string instance, params string[] meterNames)
    {
        string[] all = [RuntimeMeter, .. meterNames];
        var reading = new MeterReading(all);
        return new(
            reading,
            OtlpExport.IsAskedFor ? new OtlpExport(service, version, instance, all) : null,
            new(
                reading,
                [new("service.name", service), new("service.version", version), new("service.instance.id", instance)]
            )
        );
    }

    public void Dispose()
    {
        export?.Dispose();
        reading.Dispose();
    }
}
