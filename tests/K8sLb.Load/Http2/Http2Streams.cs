namespace K8sLb.Load;

/// <summary>The requests in flight on one connection, and whether it takes more. Used by its writers and its read loop.</summary>
internal sealed class Http2Streams
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, IHttp2Stream> inFlight = [];
    private int nextId = 1;
    private bool goingAway;
    private bool toldPolitely;
    private ConnectionEnd? ended;

    public bool TakesNew
    {
        get
        {
            lock (gate)
            {
                return !goingAway && ended is null;
            }
        }
    }

    /// <summary>
    /// How the connection has ended: it is gone, or GOAWAY came and every request has its answer. Null where it goes on. A client
    /// learns of its answer before the read loop has come to the end, so it is known here before that.
    /// </summary>
    public ConnectionEnd? Ended
    {
        get
        {
            lock (gate)
            {
                return ended ?? (goingAway && inFlight.Count == 0 ? EndNow() : null);
            }
        }
    }

    /// <summary>The stream's number. Numbers go on the wire in their order: to be called under the lock for writing.</summary>
    /// <exception cref="Http2UnprocessedException">The connection takes no more.</exception>
    public int Register(IHttp2Stream stream)
    {
        lock (gate)
        {
            if (goingAway || ended is not null)
            {
                throw new Http2UnprocessedException(wasSent: false);
            }
            var id = nextId;
            nextId += 2;
            inFlight.Add(id, stream);
            return id;
        }
    }

    public IHttp2Stream? Find(int id)
    {
        lock (gate)
        {
            return inFlight.GetValueOrDefault(id);
        }
    }

    /// <summary>Takes it out. What still comes for its number is ignored.</summary>
    public IHttp2Stream? Take(int id)
    {
        lock (gate)
        {
            return inFlight.Remove(id, out var stream) ? stream : null;
        }
    }

    public void GoAway(int lastProcessed, bool politely)
    {
        List<IHttp2Stream> unprocessed = [];
        lock (gate)
        {
            goingAway = true;
            toldPolitely = politely;
            foreach (var id in inFlight.Keys.Where(id => id > lastProcessed).ToList())
            {
                inFlight.Remove(id, out var stream);
                unprocessed.Add(stream!);
            }
        }
        foreach (var stream in unprocessed)
        {
            stream.Fail(new Http2UnprocessedException(wasSent: true));
        }
    }

    /// <summary>The connection is gone: what is left fails. The end as the account names it.</summary>
    public ConnectionEnd End(RequestFailedException failure)
    {
        ConnectionEnd end;
        IHttp2Stream[] left;
        lock (gate)
        {
            ended = end = EndNow();
            left = [.. inFlight.Values];
            inFlight.Clear();
        }
        foreach (var stream in left)
        {
            stream.Fail(failure);
        }
        return end;
    }

    private ConnectionEnd EndNow() =>
        inFlight.Count > 0 ? ConnectionEnd.Cut
        : toldPolitely ? ConnectionEnd.Polite
        : ConnectionEnd.CutWhileIdle;
}
