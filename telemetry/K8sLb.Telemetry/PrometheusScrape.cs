namespace K8sLb.Telemetry;

/// <summary>One scrape at a time; each reads anew.</summary>
public sealed class PrometheusScrape
{
    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    public const string TextType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock gate = new();
    private readonly MeterReading reading;
    private readonly KeyValuePair<string, object?>[] about;

    internal PrometheusScrape(MeterReading reading, KeyValuePair<string, object?>[] about) =>
        (this.reading, this.about) = (reading, about);

    /// <param name="accept">Of the request; OpenMetrics is for those that name it.</param>
    public (string ContentType, string Text) Read(string? accept)
    {
        var openMetrics = accept?.Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) == true;
        var text = new PrometheusText(openMetrics);
        text.Family("target", "info", null, "What is measured");
        text.Sample("target_info", about, 1);
        lock (gate)
        {
            // Instruments of one name, from several meters, are one family.
            foreach (var family in reading.Read().GroupBy(s => s.Instrument.Name, StringComparer.Ordinal))
            {
                Write(text, [.. family]);
            }
        }
        return (openMetrics ? OpenMetricsType : TextType, text.End());
    }

    private static void Write(PrometheusText text, Series[] family)
    {
        var (instrument, kind) = (family[0].Instrument, family[0].Kind);
        var name = PrometheusNames.Family(instrument.Name, instrument.Unit);
        var (type, suffix) = kind switch
        {
            SeriesKind.Sum or SeriesKind.ObservedSum => ("counter", "_total"),
            SeriesKind.Histogram => ("histogram", ""),
            _ => ("gauge", ""),
        };
        var cells = family.SelectMany(s => s.Cells).ToList();
        if (cells.Count == 0)
        {
            return;
        }
        text.Family(name, type, PrometheusNames.Unit(instrument.Unit), instrument.Description);
        foreach (var cell in cells)
        {
            if (kind == SeriesKind.Histogram)
            {
                WriteHistogram(text, name, cell);
            }
            else
            {
                text.Sample(name + suffix, cell.Tags, cell.Value);
            }
        }
    }

    private static void WriteHistogram(PrometheusText text, string name, Cell cell)
    {
        var buckets = cell.Buckets;
        long below = 0;
        for (var i = 0; i < buckets.Length; i++)
        {
            below += buckets[i];
            var bound = i < Cell.Bounds.Length ? Cell.Bounds[i] : double.PositiveInfinity;
            text.Sample($"{name}_bucket", [.. cell.Tags, new("le", PrometheusText.Number(bound))], below);
        }
        text.Sample($"{name}_count", cell.Tags, below);
        text.Sample($"{name}_sum", cell.Tags, cell.Value);
    }
}
