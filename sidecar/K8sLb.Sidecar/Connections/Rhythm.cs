namespace K8sLb.Sidecar.Connections;

/// <summary>
/// Mean gap between events, as an exponentially weighted mean over about eight of them, so that it follows a change of
/// pace. In ticks of the clock that the caller measures with. One writer at a time; readers may be on any thread.
/// </summary>
public struct Rhythm
{
    private const int Window = 8;
    private const int EnoughToTell = 2;
    private long mean;
    private int samples;

    /// <summary>Null until enough gaps were seen to tell.</summary>
    public readonly long? MeanGap => Volatile.Read(in samples) >= EnoughToTell ? Volatile.Read(in mean) : null;

    public void Note(long gap)
    {
        if (samples < Window)
        {
            // A plain mean first, so that the first gap does not weigh more than the others.
            Volatile.Write(ref mean, ((mean * samples) + gap) / (samples + 1));
            Volatile.Write(ref samples, samples + 1);
            return;
        }
        Volatile.Write(ref mean, mean + ((gap - mean) / Window));
    }
}
