namespace K8sLb.Sidecar.Routing;

/// <summary>
/// What is under way at a place where work is served, and how long work takes there, as seen from here. Written by every thread that
/// sends work, read by every pick; each figure is right by itself, and they need not be of the same instant.
/// </summary>
public sealed class DestinationLoad(TimeProvider clock)
{
    /// <summary>After that long a peak counts a third.</summary>
    private static readonly TimeSpan Decay = TimeSpan.FromSeconds(10);

    /// <summary>The relay's clock has milliseconds: an answer within one is taken for a tenth of it.</summary>
    private const double ShortestMs = 0.1;

    private int inFlight;
    private long served;
    private long failed;
    private int failuresInARow;
    private long lastOutcomeAt = long.MinValue;

    private long timed;
    private long timedLogMillionths;

    /// <summary>Latency in its upper half, as a float of seconds; the time of its last sample in its lower half, in milliseconds.</summary>
    private long sampled;

    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>Answers whose outcome is known, and those that failed.</summary>
    public long Served => Volatile.Read(ref served);
    public long Failed => Volatile.Read(ref failed);

    /// <summary>Answers whose time was taken, and the natural logarithms of these times in milliseconds, all together.</summary>
    public long Timed => Interlocked.Read(ref timed);
    public double TimedLogMs => Interlocked.Read(ref timedLogMillionths) / 1e6;
    public int FailuresInARow => Volatile.Read(ref failuresInARow);

    /// <summary>A timestamp of the clock; the lowest of all where there was no outcome yet.</summary>
    public long LastOutcomeAt => Volatile.Read(ref lastOutcomeAt);

    public void NoteOutcome(bool success)
    {
        Interlocked.Increment(ref served);
        Volatile.Write(ref lastOutcomeAt, clock.GetTimestamp());
        if (!success)
        {
            Interlocked.Increment(ref failed);
            Interlocked.Increment(ref failuresInARow);
        }
        else if (FailuresInARow != 0)
        {
            Volatile.Write(ref failuresInARow, 0);
        }
    }

    public void Begin() => Interlocked.Increment(ref inFlight);

    /// <summary>As <see cref="Begin"/>, where fewer than <paramref name="most"/> are under way.</summary>
    public bool TryBegin(int most)
    {
        var seen = InFlight;
        while (seen < most)
        {
            var other = Interlocked.CompareExchange(ref inFlight, seen + 1, seen);
            if (other == seen)
            {
                return true;
            }
            seen = other;
        }
        return false;
    }

    public void End() => Interlocked.Decrement(ref inFlight);

    /// <summary>
    /// Peak EWMA, as in Finagle: rises to a longer time at once, and falls slowly, by e^(-t/10 s) of what is between them; null
    /// until there is a sample.
    /// </summary>
    public TimeSpan? Latency =>
        Volatile.Read(ref sampled) is var word and not 0 ? TimeSpan.FromSeconds(Unpack(word).Seconds) : null;

    public void Took(TimeSpan time)
    {
        // One by one: a reader in between is wrong by one answer of many.
        Interlocked.Add(ref timedLogMillionths, (long)(Math.Log(Math.Max(time.TotalMilliseconds, ShortestMs)) * 1e6));
        Interlocked.Increment(ref timed);
        var now = NowMs();
        while (true)
        {
            var before = Volatile.Read(ref sampled);
            var next = (float)time.TotalSeconds;
            if (before != 0)
            {
                var (seconds, at) = Unpack(before);
                var age = unchecked((uint)(now - at));
                var kept = (float)Math.Exp(-age / Decay.TotalMilliseconds);
                next = next > seconds ? next : (seconds * kept) + (next * (1 - kept));
            }
            if (Interlocked.CompareExchange(ref sampled, Pack(next, now), before) == before)
            {
                return;
            }
        }
    }

    private uint NowMs() => unchecked((uint)(clock.GetTimestamp() * 1000L / clock.TimestampFrequency));

    private static long Pack(float seconds, uint at) =>
        ((long)BitConverter.SingleToUInt32Bits(Math.Max(seconds, float.Epsilon)) << 32) | at;

    private static (float Seconds, uint At) Unpack(long word) =>
        (BitConverter.UInt32BitsToSingle((uint)(word >>> 32)), unchecked((uint)word));
}
