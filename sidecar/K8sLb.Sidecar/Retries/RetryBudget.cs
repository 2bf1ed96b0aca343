namespace K8sLb.Sidecar.Retries;

/// <summary>
/// Bounds retries by what clients ask for, so that they cannot add to an outage: over ten seconds no more than a percentage of the
/// requests, and a few a second besides, for pools with little to do. As in Finagle, whose budget gave the idea its name.
/// </summary>
/// <remarks>Counts in seconds of time; written by every thread, none waits for another.</remarks>
public sealed class RetryBudget(TimeProvider clock)
{
    private const int Seconds = 10;

    private readonly Second[] seconds = [.. Enumerable.Range(0, Seconds).Select(_ => new Second(long.MinValue))];

    public void NoteRequest() => Interlocked.Increment(ref Now().Requests);

    /// <summary>True where the budget has room for another one, which is taken from it then.</summary>
    /// <param name="percent">Of the requests of the last ten seconds.</param>
    /// <param name="minPerSecond">That are allowed in any case.</param>
    public bool TryTake(int percent, int minPerSecond)
    {
        var now = Now();
        // Taken before it is known, so that many who ask at once cannot all see the same room.
        Interlocked.Increment(ref now.Retries);
        var (requests, retries) = (0L, 0L);
        foreach (ref var slot in seconds.AsSpan())
        {
            var second = Volatile.Read(ref slot);
            if (second.At > now.At - Seconds)
            {
                requests += Volatile.Read(ref second.Requests);
                retries += Volatile.Read(ref second.Retries);
            }
        }
        if (retries <= (requests * percent / 100) + (minPerSecond * Seconds))
        {
            return true;
        }
        Interlocked.Decrement(ref now.Retries);
        return false;
    }

    private Second Now()
    {
        var at = clock.GetTimestamp() / clock.TimestampFrequency;
        ref var slot = ref seconds[(int)(at % Seconds)];
        var held = Volatile.Read(ref slot);
        if (held.At == at)
        {
            return held;
        }
        var begun = new Second(at);
        var other = Interlocked.CompareExchange(ref slot, begun, held);
        return ReferenceEquals(other, held) ? begun : other;
    }

    private sealed class Second(long at)
    {
        public readonly long At = at;
        public long Requests;
        public long Retries;
    }
}
