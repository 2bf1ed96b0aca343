using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace K8sLb.Kubernetes.Tests;

/// <summary>
/// Counts what the assembly's meter reports, by instrument and tags, as far as the test itself caused it: tests of other collections run
/// at the same time.
/// </summary>
internal sealed class MeterProbe : IDisposable
{
    private static readonly AsyncLocal<MeterProbe?> Causing = new();

    private readonly MeterListener listener = new();
    private readonly ConcurrentBag<(string Instrument, string Tags, double Value)> measurements = [];

    public MeterProbe()
    {
        Causing.Value = this;
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == KubernetesMetrics.MeterName)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        listener.Start();
    }

    /// <summary>How many measurements carry all of these tags, each as <c>key=value</c>.</summary>
    public int Count(string instrument, params string[] tags) =>
        measurements.Count(m => m.Instrument == instrument && tags.All(t => m.Tags.Contains($";{t};")));

    public void Dispose() => listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Causing.Value != this)
        {
            return;
        }
        var text = ";";
        foreach (var (key, tag) in tags)
        {
            text += $"{key}={tag};";
        }
        measurements.Add((instrument.Name, text, value));
    }
}
