using K8sLb.Protocol;

namespace K8sLb.Sidecar.Connections;

/// <summary>
/// One client connection, whichever data path carries it. Work begins and ends without locks; opening and closing go
/// through the <see cref="ConnectionRegistry"/>, which keeps the account.
/// </summary>
public sealed class TrackedConnection
{
    private const long InFlightMask = 0xFFFF_FFFF;
    private const long ClosingBit = 1L << 32;
    private const long CutBit = 1L << 33;
    private const long ClosedBit = 1L << 34;
    private const long KeptBit = 1L << 35;

    private readonly ConnectionRegistry registry;
    private readonly TimeProvider clock;
    private readonly IClientChannel channel;
    private long word;
    private long lastActivity;
    private long releaseAskedAt;
    private int releaseReason;
    private bool isHeld;
    private int cutReason;
    private Rhythm rhythm;

    internal TrackedConnection(
        ConnectionRegistry registry,
        TimeProvider clock,
        long id,
        ClientProtocol protocol,
        string port,
        bool fromPeer,
        IClientChannel channel
    )
    {
        this.registry = registry;
        this.clock = clock;
        this.channel = channel;
        Id = id;
        Protocol = protocol;
        Port = port;
        FromPeer = fromPeer;
        OpenedAt = lastActivity = clock.GetTimestamp();
    }

    public long Id { get; }

    /// <summary>Name of the pool's port that it came in by.</summary>
    public string Port { get; }

    /// <summary>It was passed on by another member, and is served by the local application alone.</summary>
    public bool FromPeer { get; }

    /// <summary>Timestamps of the registry's clock.</summary>
    public long OpenedAt { get; }
    public long LastActivity => Volatile.Read(ref lastActivity);

    /// <summary>When its release was first asked for; 0 where it was not.</summary>
    public long ReleaseAskedAt => Volatile.Read(ref releaseAskedAt);

    /// <summary>Mean pause between the end of one piece of work and the next, null until it is known.</summary>
    public long? MeanGap => rhythm.MeanGap;

    public ClientProtocol Protocol { get; internal set; }

    public int InFlight => (int)(Volatile.Read(ref word) & InFlightMask);

    /// <summary>Its release was asked for: the next answer of HTTP/1.1 is to be the last.</summary>
    public bool Leaves => ReleaseAskedAt != 0;

    /// <summary>
    /// It was placed as a whole, and the application here serves it: set by the data path, once that is known. What comes over it
    /// cannot go elsewhere.
    /// </summary>
    public bool IsHeld
    {
        get => Volatile.Read(ref isHeld);
        set => Volatile.Write(ref isHeld, value);
    }

    /// <summary>Rounds of the release scheduler in a row that found it quiet. Belongs to that scheduler.</summary>
    internal int QuietRounds { get; set; }

    /// <summary>Why it was asked to go; null where it was not.</summary>
    public EndReason? ReleaseReason =>
        Volatile.Read(ref releaseReason) is var reason and not 0 ? (EndReason)reason : null;

    /// <summary>Why it ended, or would have if it ended now.</summary>
    internal EndReason EndReason
    {
        get
        {
            var seen = Volatile.Read(ref word);
            return (seen & CutBit) != 0 ? (EndReason)Volatile.Read(ref cutReason)
                : (seen & ClosingBit) == 0 ? EndReason.Finished
                : Volatile.Read(ref releaseReason) is var reason and not 0 ? (EndReason)reason
                : EndReason.Drain;
        }
    }

    public ConnectionState State
    {
        get
        {
            var seen = Volatile.Read(ref word);
            return (seen & ClosedBit) != 0 ? ConnectionState.Closed
                : (seen & ClosingBit) != 0 ? ConnectionState.Closing
                : (seen & InFlightMask) != 0 ? ConnectionState.Active
                : ConnectionState.Idle;
        }
    }

    public void BeginWork()
    {
        var before = Interlocked.Increment(ref word) - 1;
        if ((before & InFlightMask) == 0)
        {
            var now = clock.GetTimestamp();
            if (LastActivity != OpenedAt)
            {
                rhythm.Note(now - LastActivity);
            }
            Volatile.Write(ref lastActivity, now);
        }
        registry.NoteWorkBegan();
    }

    public void EndWork()
    {
        // Before the count falls: whoever sees the connection idle must see since when.
        Volatile.Write(ref lastActivity, clock.GetTimestamp());
        Interlocked.Decrement(ref word);
        registry.NoteWorkEnded();
    }

    /// <summary>Something was received or sent within a piece of work that goes on.</summary>
    public void NoteActivity() => Volatile.Write(ref lastActivity, clock.GetTimestamp());

    /// <summary>As <see cref="NoteActivity"/>, and the client's own doing: a WebSocket message, which shows its rhythm.</summary>
    public void NoteMessage()
    {
        var now = clock.GetTimestamp();
        rhythm.Note(now - LastActivity);
        Volatile.Write(ref lastActivity, now);
    }

    /// <summary>The polite signal is being given; whatever ends the connection from now on, it was released.</summary>
    public void BeginClosing() => Interlocked.Or(ref word, ClosingBit);

    /// <summary>As <see cref="BeginClosing"/>, where it is idle; otherwise false, and nothing changes.</summary>
    public bool TryBeginClosingIdle()
    {
        var seen = Volatile.Read(ref word);
        return (seen & (InFlightMask | ClosingBit | ClosedBit)) == 0
            && Interlocked.CompareExchange(ref word, seen | ClosingBit, seen) == seen;
    }

    /// <summary>
    /// The connection speaks another protocol from here on: after an upgrade to WebSocket, say. What its client sent can have
    /// crossed a close that was begun while nothing had come, and in its new protocol it has been told nothing yet.
    /// </summary>
    public void Upgrade(ClientProtocol protocol)
    {
        registry.ChangeProtocol(this, protocol);
        Interlocked.And(ref word, ~ClosingBit);
    }

    /// <param name="why">The first that is given counts.</param>
    public void Release(ReleaseUrgency urgency, EndReason why = EndReason.Drain)
    {
        Interlocked.CompareExchange(ref releaseReason, (int)why, 0);
        Interlocked.CompareExchange(ref releaseAskedAt, clock.GetTimestamp(), 0);
        channel.Release(urgency);
    }

    /// <summary>Takes a release back, where the client has not been told yet.</summary>
    public void Stay()
    {
        if (State is ConnectionState.Closing or ConnectionState.Closed)
        {
            return;
        }
        Interlocked.Exchange(ref releaseAskedAt, 0);
        Interlocked.Exchange(ref releaseReason, 0);
        QuietRounds = 0;
        channel.Stay();
    }

    /// <summary>Ends it at once.</summary>
    /// <param name="reset">By RST instead of FIN.</param>
    public void Cut(EndReason why, bool reset = false)
    {
        MarkCut(why);
        channel.Cut(reset);
    }

    /// <summary>The data path is about to end it in the middle of work.</summary>
    public void MarkCut(EndReason why = EndReason.Fault)
    {
        Interlocked.CompareExchange(ref cutReason, (int)why, 0);
        Interlocked.Or(ref word, CutBit);
    }

    /// <summary>Is it, or can it become, one of at most <paramref name="most"/> connections whose work is served here?</summary>
    /// <param name="most">0 for as many as come.</param>
    public bool TryKeep(int most)
    {
        if (most <= 0)
        {
            return true;
        }
        while (true)
        {
            var seen = Volatile.Read(ref word);
            if ((seen & (KeptBit | ClosedBit)) != 0)
            {
                return true;
            }
            if (!registry.TryCountKept(most))
            {
                return false;
            }
            if (Interlocked.CompareExchange(ref word, seen | KeptBit, seen) == seen)
            {
                return true;
            }
            registry.ForgetKept();
        }
    }

    /// <summary>The data path is done with it. Later calls do nothing.</summary>
    public void Close() => registry.Close(this);

    internal bool TryMarkClosed()
    {
        var before = Interlocked.Or(ref word, ClosedBit);
        if ((before & (ClosedBit | KeptBit)) == KeptBit)
        {
            registry.ForgetKept();
        }
        return (before & ClosedBit) == 0;
    }
}
