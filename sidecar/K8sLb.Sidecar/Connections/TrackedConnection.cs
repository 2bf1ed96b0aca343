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

    private readonly ConnectionRegistry registry;
    private readonly TimeProvider clock;
    private long word;
    private long lastActivity;
    private long releaseAskedAt;
    private Rhythm rhythm;
    private IClientChannel channel;

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

    /// <summary>Rounds of the release loop in a row that found it quiet. Belongs to that loop.</summary>
    internal int QuietRounds { get; set; }

    internal bool WasCut => (Volatile.Read(ref word) & CutBit) != 0;
    internal bool WasReleased => (Volatile.Read(ref word) & ClosingBit) != 0;

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

    /// <summary>The connection is now carried by another channel: an upgrade to WebSocket, say.</summary>
    public void Upgrade(ClientProtocol protocol, IClientChannel to)
    {
        registry.ChangeProtocol(this, protocol);
        Volatile.Write(ref channel, to);
    }

    public void Release(ReleaseUrgency urgency)
    {
        Interlocked.CompareExchange(ref releaseAskedAt, clock.GetTimestamp(), 0);
        Volatile.Read(ref channel).Release(urgency);
    }

    /// <summary>Ends it at once and accounts for it as forced.</summary>
    public void Cut()
    {
        MarkCut();
        Volatile.Read(ref channel).Cut();
    }

    /// <summary>A fault in the data path is about to end it in the middle of work.</summary>
    public void MarkCut() => Interlocked.Or(ref word, CutBit);

    /// <summary>The data path is done with it. Later calls do nothing.</summary>
    public void Close() => registry.Close(this);

    internal bool TryMarkClosed() => (Interlocked.Or(ref word, ClosedBit) & ClosedBit) == 0;
}
