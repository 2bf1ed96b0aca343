namespace K8sLb.Sidecar.Sessions;

/// <summary>
/// The sessions that had a request here within the last minute, in a table of fixed size, without locks. Beyond what fits, sessions
/// are not counted. A session that two threads bring at once may count twice until it rests: these are figures, no state.
/// </summary>
public sealed class LiveSessions(TimeProvider clock)
{
    /// <summary>In seconds.</summary>
    private const uint Window = 60;
    private const int Slots = 32 * 1024;
    private const int Probes = 8;

    /// <summary>Most pools have no sessions.</summary>
    private Slot[]? slots;

    public int Count
    {
        get
        {
            var (count, now) = (0, Now());
            foreach (ref readonly var slot in (Volatile.Read(ref slots) ?? []).AsSpan())
            {
                count += slot.Session != 0 && !slot.IsOld(now) ? 1 : 0;
            }
            return count;
        }
    }

    /// <summary>It had a request here.</summary>
    public void Note(in SessionToken token)
    {
        var table = LazyInitializer.EnsureInitialized(ref slots, static () => new Slot[Slots]);
        var now = Now();
        var stamp = ((ulong)now << 32) | (uint)token.IssuedAt.ToUnixTimeSeconds();
        var free = -1;
        for (var i = 0; i < Probes; i++)
        {
            var at = At(token.Session, i);
            ref var slot = ref table[at];
            var held = Volatile.Read(ref slot.Session);
            if (held == token.Session)
            {
                Volatile.Write(ref slot.Stamp, stamp);
                return;
            }
            free = free < 0 && (held == 0 || slot.IsOld(now)) ? at : free;
        }
        if (free >= 0)
        {
            ref var slot = ref table[free];
            var held = Volatile.Read(ref slot.Session);
            if (Interlocked.CompareExchange(ref slot.Session, token.Session, held) == held)
            {
                Volatile.Write(ref slot.Stamp, stamp);
            }
        }
    }

    /// <summary>It has moved on.</summary>
    public void Forget(in SessionToken token)
    {
        var table = Volatile.Read(ref slots);
        for (var i = 0; table is not null && i < Probes; i++)
        {
            Interlocked.CompareExchange(ref table[At(token.Session, i)].Session, 0, token.Session);
        }
    }

    /// <summary>The start of the session that is the last of the <paramref name="count"/> oldest; null where there is none.</summary>
    public DateTimeOffset? StartOfOldest(int count)
    {
        var now = Now();
        var starts = new List<uint>();
        foreach (ref readonly var slot in (Volatile.Read(ref slots) ?? []).AsSpan())
        {
            if (slot.Session != 0 && !slot.IsOld(now))
            {
                starts.Add((uint)slot.Stamp);
            }
        }
        starts.Sort();
        return starts.Count == 0 || count <= 0
            ? null
            : DateTimeOffset.FromUnixTimeSeconds(starts[Math.Min(count, starts.Count) - 1]);
    }

    private uint Now() => (uint)clock.GetUtcNow().ToUnixTimeSeconds();

    private static int At(ulong session, int probe) => (int)(unchecked(session + (ulong)probe) % Slots);

    private struct Slot
    {
        public ulong Session;

        /// <summary>Last seen in its upper half, the session's start in its lower one, both in Unix seconds.</summary>
        public ulong Stamp;

        public readonly bool IsOld(uint now) => now > (uint)(Stamp >> 32) + Window;
    }
}
