using K8sLb.Protocol;

namespace K8sLb.Sidecar.Connections;

/// <summary>
/// Every client connection and the account of all that ever were: opened = live + finished + released + forced, at any
/// moment and for any reader. Opening and closing take a lock for that; work on a connection does not.
/// </summary>
public sealed class ConnectionRegistry(TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly HashSet<TrackedConnection> live = [];
    private readonly int[] liveByProtocol = new int[Enum.GetValues<ClientProtocol>().Length];
    private static readonly int Reasons = Enum.GetValues<EndReason>().Length;

    private readonly long[] ended = new long[Enum.GetValues<ClientProtocol>().Length * Reasons];
    private long opened;
    private long rerouted;
    private int inFlight;
    private int kept;
    private Rhythm arrivals;
    private readonly long startedAt = clock.GetTimestamp();
    private long? lastArrival;

    /// <summary>Requests and relayed connections being served now.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    public TrackedConnection Open(ClientProtocol protocol, string port, bool fromPeer, IClientChannel channel)
    {
        lock (gate)
        {
            var connection = new TrackedConnection(this, clock, ++opened, protocol, port, fromPeer, channel);
            live.Add(connection);
            liveByProtocol[(int)protocol]++;
            return connection;
        }
    }

    /// <summary>
    /// A connection brought work. Not the same as opening: a load balancer's bare connect is no arrival, and must not
    /// hold up a drain.
    /// </summary>
    public void NoteArrival()
    {
        var now = clock.GetTimestamp();
        lock (gate)
        {
            if (lastArrival is { } last)
            {
                arrivals.Note(now - last);
            }
            lastArrival = now;
        }
    }

    /// <summary>New work went to a peer.</summary>
    public void NoteRerouted() => Interlocked.Increment(ref rerouted);

    public ConnectionAccount Account()
    {
        lock (gate)
        {
            return new()
            {
                Live = new()
                {
                    Http1 = liveByProtocol[(int)ClientProtocol.Http1],
                    Http2 = liveByProtocol[(int)ClientProtocol.Http2],
                    WebSocket = liveByProtocol[(int)ClientProtocol.WebSocket],
                    Tcp = liveByProtocol[(int)ClientProtocol.Tcp],
                },
                Totals = new()
                {
                    Opened = opened,
                    Finished = Sum(EndReason.Finished, EndReason.Finished),
                    Released = Sum(EndReason.Drain, EndReason.Rebalance),
                    Forced = Sum(EndReason.Deadline, EndReason.DeadPeer),
                    Rerouted = Interlocked.Read(ref rerouted),
                    Ended = Ended(),
                },
                LastArrival = lastArrival ?? startedAt,
                MeanArrivalGap = arrivals.MeanGap,
            };
        }
    }

    /// <summary>Copies the live connections, so that releasing them needs no lock.</summary>
    public void CopyLiveTo(List<TrackedConnection> into)
    {
        into.Clear();
        lock (gate)
        {
            into.AddRange(live);
        }
    }

    /// <summary>Connections that stay here: held, and not asked to go.</summary>
    public HeldReport Held()
    {
        var (connections, movable) = (0, 0);
        lock (gate)
        {
            foreach (var connection in live)
            {
                if (connection is { IsHeld: true, Leaves: false })
                {
                    connections++;
                    movable += connection.Protocol == ClientProtocol.Tcp ? 0 : 1;
                }
            }
        }
        return new() { Connections = connections, Movable = movable };
    }

    /// <summary>Counts one more connection whose work is served here, where there are fewer than <paramref name="most"/>.</summary>
    internal bool TryCountKept(int most)
    {
        if (Interlocked.Increment(ref kept) <= most)
        {
            return true;
        }
        ForgetKept();
        return false;
    }

    internal void ForgetKept() => Interlocked.Decrement(ref kept);

    internal void NoteWorkBegan() => Interlocked.Increment(ref inFlight);

    internal void NoteWorkEnded() => Interlocked.Decrement(ref inFlight);

    internal void ChangeProtocol(TrackedConnection connection, ClientProtocol protocol)
    {
        lock (gate)
        {
            if (live.Contains(connection))
            {
                liveByProtocol[(int)connection.Protocol]--;
                liveByProtocol[(int)protocol]++;
            }
            connection.Protocol = protocol;
        }
    }

    internal void Close(TrackedConnection connection)
    {
        lock (gate)
        {
            if (!connection.TryMarkClosed())
            {
                return;
            }
            live.Remove(connection);
            liveByProtocol[(int)connection.Protocol]--;
            ended[((int)connection.Protocol * Reasons) + (int)connection.EndReason]++;
        }
    }

    private long Sum(EndReason first, EndReason last)
    {
        var sum = 0L;
        for (var i = 0; i < ended.Length; i++)
        {
            var reason = (EndReason)(i % Reasons);
            sum += reason >= first && reason <= last ? ended[i] : 0;
        }
        return sum;
    }

    private List<EndedConnections> Ended()
    {
        var counts = new List<EndedConnections>();
        for (var i = 0; i < ended.Length; i++)
        {
            if (ended[i] > 0)
            {
                counts.Add(
                    new()
                    {
                        Protocol = (ClientProtocol)(i / Reasons),
                        Reason = (EndReason)(i % Reasons),
                        Count = ended[i],
                    }
                );
            }
        }
        return counts;
    }
}

/// <summary>One consistent reading of the registry. Times are timestamps of the registry's clock.</summary>
public sealed record ConnectionAccount
{
    public required ConnectionCounts Live { get; init; }
    public required ConnectionTotals Totals { get; init; }
    public required long LastArrival { get; init; }

    /// <summary>Null until it is known.</summary>
    public required long? MeanArrivalGap { get; init; }
}
