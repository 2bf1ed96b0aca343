using System.Runtime;

namespace K8sLb.Sidecar.Tests.Races;

/// <summary>Keeps the garbage collector of this process, which measures, from stopping it meanwhile.</summary>
internal sealed class NoCollections : IDisposable
{
    /// <summary>Thousands of clients with traffic need a tenth of it in ten seconds.</summary>
    private const long MostAllocated = 1L << 30;

    public static NoCollections Begin()
    {
        GC.TryStartNoGCRegion(MostAllocated).ShouldBeTrue("there is memory to do without collections");
        return new();
    }

    public void Dispose()
    {
        // It ends by itself where more is allocated.
        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
        {
            GC.EndNoGCRegion();
        }
    }
}
