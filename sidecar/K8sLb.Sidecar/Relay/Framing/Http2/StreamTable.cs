namespace K8sLb.Sidecar.Relay.Framing.Http2;

[Flags]
internal enum StreamEnds : byte
{
    None = 0,
    Client = 1,
    Server = 2,
    Both = Client | Server,
}

/// <summary>
/// Open streams of one connection: which side has ended which. Open addressing with linear probing, removal by shifting
/// back; no allocation but for growth, none at all before the first stream, and large tables are given back when empty.
/// </summary>
internal struct StreamTable
{
    private const int Smallest = 8;
    private const int KeptWhenEmpty = 64;

    private uint[]? ids;
    private StreamEnds[]? ends;

    public int Count { get; private set; }

    public readonly bool Contains(uint id) => Find(id) >= 0;

    public void Open(uint id, StreamEnds already = StreamEnds.None)
    {
        if (already == StreamEnds.Both || Contains(id))
        {
            return;
        }
        if (ids is null || Count * 4 >= ids.Length * 3)
        {
            Grow();
        }
        Insert(id, already);
        Count++;
    }

    /// <summary>Ends a stream from one side; it goes when both have ended it.</summary>
    public void End(uint id, StreamEnds side)
    {
        var at = Find(id);
        if (at < 0)
        {
            return;
        }
        ends![at] |= side;
        if (ends[at] == StreamEnds.Both)
        {
            RemoveAt(at);
        }
    }

    public void Remove(uint id)
    {
        var at = Find(id);
        if (at >= 0)
        {
            RemoveAt(at);
        }
    }

    private readonly int Find(uint id)
    {
        if (Count == 0)
        {
            return -1;
        }
        var mask = ids!.Length - 1;
        for (var at = Home(id, mask); ids[at] != 0; at = (at + 1) & mask)
        {
            if (ids[at] == id)
            {
                return at;
            }
        }
        return -1;
    }

    /// <summary>Ids of one side are every second number; the lowest bit says whose.</summary>
    private static int Home(uint id, int mask) => (int)(id >> 1 ^ id << 31 >> 28) & mask;

    private readonly void Insert(uint id, StreamEnds already)
    {
        var mask = ids!.Length - 1;
        var at = Home(id, mask);
        while (ids[at] != 0)
        {
            at = (at + 1) & mask;
        }
        ids[at] = id;
        ends![at] = already;
    }

    private void RemoveAt(int hole)
    {
        var mask = ids!.Length - 1;
        for (var at = (hole + 1) & mask; ids[at] != 0; at = (at + 1) & mask)
        {
            if (((at - Home(ids[at], mask)) & mask) >= ((at - hole) & mask))
            {
                (ids[hole], ends![hole]) = (ids[at], ends[at]);
                hole = at;
            }
        }
        ids[hole] = 0;
        Count--;
        if (Count == 0 && ids.Length > KeptWhenEmpty)
        {
            (ids, ends) = (null, null);
        }
    }

    private void Grow()
    {
        var (oldIds, oldEnds) = (ids, ends);
        var size = oldIds is null ? Smallest : oldIds.Length * 2;
        (ids, ends) = (new uint[size], new StreamEnds[size]);
        for (var at = 0; at < oldIds?.Length; at++)
        {
            if (oldIds[at] != 0)
            {
                Insert(oldIds[at], oldEnds![at]);
            }
        }
    }
}
