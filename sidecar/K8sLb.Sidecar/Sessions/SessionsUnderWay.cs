namespace K8sLb.Sidecar.Sessions;

/// <summary>
/// Counts requests of sessions that are being served at their owners, in a table of fixed size, without locks. Two sessions of one
/// owner can share a slot: then one may stay with an owner that is being drained a little longer than it had to.
/// </summary>
public sealed class SessionsUnderWay
{
    private const int Slots = 16 * 1024;

    /// <summary>Most pools have no sessions.</summary>
    private int[]? slots;

    public int Of(in SessionToken token) =>
        Volatile.Read(ref slots) is { } counts ? Volatile.Read(ref counts[Slot(token)]) : 0;

    public void Begin(in SessionToken token) => Interlocked.Increment(ref Counts()[Slot(token)]);

    public void End(in SessionToken token) => Interlocked.Decrement(ref Counts()[Slot(token)]);

    private int[] Counts() => LazyInitializer.EnsureInitialized(ref slots, static () => new int[Slots]);

    private static int Slot(in SessionToken token) => (int)(unchecked(token.Session + token.Owner) % Slots);
}
