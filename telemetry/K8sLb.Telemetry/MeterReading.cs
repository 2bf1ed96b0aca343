using System.Diagnostics.Metrics;

namespace K8sLb.Telemetry;

/// <summary>Adds up what the meters of these names measure in this process.</summary>
internal sealed class MeterReading : IDisposable
{
    private readonly Lock gate = new();
    private readonly MeterListener listener = new();
    private readonly List<Series> all = [];

    public MeterReading(IReadOnlyList<string> meterNames)
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (meterNames.Contains(instrument.Meter.Name) && KindOf(instrument) is { } kind)
            {
                var series = new Series(instrument, kind);
                lock (gate)
                {
                    all.Add(series);
                }
                listening.EnableMeasurementEvents(instrument, series);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, state) => ((Series)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<long>((_, value, tags, state) => ((Series)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<double>((_, value, tags, state) => ((Series)state!).Record(value, tags));
        listener.Start();
    }

    /// <summary>Asks who is observed, and gives all; one call at a time.</summary>
    public IReadOnlyList<Series> Read()
    {
        Series[] now;
        lock (gate)
        {
            now = [.. all];
        }
        Array.ForEach(now, s => s.Forget());
        listener.RecordObservableInstruments();
        return now;
    }

    public void Dispose() => listener.Dispose();

    /// <returns>Null for kinds that nobody here uses.</returns>
    private static SeriesKind? KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var kind = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return kind == typeof(Counter<>) ? SeriesKind.Sum
            : kind == typeof(ObservableCounter<>) ? SeriesKind.ObservedSum
            : kind == typeof(UpDownCounter<>) ? SeriesKind.Level
            : kind == typeof(ObservableGauge<>) || kind == typeof(ObservableUpDownCounter<>) || kind == typeof(Gauge<>)
                ? SeriesKind.Gauge
            : kind == typeof(Histogram<>) ? SeriesKind.Histogram
            : null;
    }
}
