using System.Diagnostics.Metrics;
using K8sLb.Sidecar.Observability;
using Microsoft.Extensions.DependencyInjection;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>What one host has counted as failed at its destination, as a collector of metrics would see it.</summary>
internal sealed class FailureCount : IDisposable
{
    private readonly MeterListener listener = new();
    private long seen;

    public FailureCount(IServiceProvider host)
    {
        var meters = host.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, on) =>
        {
            if (
                ReferenceEquals(instrument.Meter.Scope, meters)
                && instrument is { Name: "k8slb.sidecar.requests.failed", Meter.Name: SidecarMetrics.MeterName }
            )
            {
                on.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref seen, count));
        listener.Start();
    }

    public long Seen => Interlocked.Read(ref seen);

    public void Dispose() => listener.Dispose();
}
