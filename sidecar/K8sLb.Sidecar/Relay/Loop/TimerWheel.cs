namespace K8sLb.Sidecar.Relay.Loop;

/// <summary>
/// Hashed timing wheel (Varghese and Lauck 1987): setting and clearing cost a few writes whatever the number of timers,
/// and time is coarse, since nothing here needs better than <see cref="TickMs"/>. A timer that lies further ahead than
/// one turn stays in its slot until its turn has come.
/// </summary>
internal sealed class TimerWheel
{
    public const int TickMs = 32;
    private const int Slots = 512;

    private readonly LoopTimer?[] slots = new LoopTimer?[Slots];
    private long tick;
    private int count;

    public TimerWheel(long nowMs) => tick = nowMs / TickMs;

    /// <summary>Never early, late by up to a tick. Setting again moves it.</summary>
    public void Set(LoopTimer timer, long nowMs, long delayMs)
    {
        Clear(timer);
        timer.DueMs = nowMs + Math.Max(delayMs, 1);
        timer.IsSet = true;
        count++;
        ref var head = ref SlotOf(timer);
        timer.Next = head;
        if (head is not null)
        {
            head.Previous = timer;
        }
        head = timer;
    }

    public void Clear(LoopTimer timer)
    {
        if (!timer.IsSet)
        {
            return;
        }
        timer.IsSet = false;
        count--;
        if (timer.Next is not null)
        {
            timer.Next.Previous = timer.Previous;
        }
        if (timer.Previous is not null)
        {
            timer.Previous.Next = timer.Next;
        }
        else
        {
            SlotOf(timer) = timer.Next;
        }
        timer.Previous = timer.Next = null;
    }

    /// <summary>How long a wait may take before <see cref="Advance"/> has something to do; -1 for ever.</summary>
    public int WaitMs(long nowMs)
    {
        if (count == 0)
        {
            return -1;
        }
        for (var ahead = 1; ahead <= Slots; ahead++)
        {
            if (Slot(tick + ahead) is not null)
            {
                return (int)Math.Max(0, (tick + ahead) * TickMs - nowMs);
            }
        }
        return -1;
    }

    public void Advance(long nowMs)
    {
        var now = nowMs / TickMs;
        if (now - tick > Slots)
        {
            tick = now - Slots;
        }
        while (tick < now)
        {
            tick++;
            Fire(nowMs);
        }
    }

    private void Fire(long nowMs)
    {
        var timer = Slot(tick);
        while (timer is not null)
        {
            if (timer.DueMs > nowMs)
            {
                timer = timer.Next;
                continue;
            }
            Clear(timer);
            timer.Owner.OnTimer();
            // The owner may have set and cleared anything: begin again; those that fired are gone.
            timer = Slot(tick);
        }
    }

    /// <summary>The first tick that begins after it is due.</summary>
    private ref LoopTimer? SlotOf(LoopTimer timer) => ref Slot(timer.DueMs / TickMs + 1);

    private ref LoopTimer? Slot(long at) => ref slots[at & (Slots - 1)];
}
