namespace K8sLb.Sidecar.Http.Upstreams;

/// <summary>
/// The connections of HTTP/2 to one destination. .NET's handler opens a second one only where the first has as many streams as its
/// server allows, which for many servers is hundreds behind one socket; so each connection is a handler of its own here, and
/// their number follows <see cref="PoolSize"/>. Renting takes no lock unless the number changes.
/// </summary>
internal sealed class Http2Connections : IDisposable
{
    private readonly Lock gate = new();
    private readonly PoolSizeRules rules;
    private readonly Func<bool, HttpMessageInvoker> open;
    private readonly TimeProvider clock;
    private readonly long origin;
    private PoolSize size;
    private Connection[] connections;
    private int inFlight;

    /// <param name="open">Makes the handler of one connection; told whether it is kept open without use.</param>
    public Http2Connections(in PoolSizeRules rules, Func<bool, HttpMessageInvoker> open, TimeProvider clock)
    {
        (this.rules, this.open, this.clock, origin) = (rules, open, clock, clock.GetTimestamp());
        size = PoolSize.Smallest(rules);
        connections = [.. Enumerable.Range(0, size.Size).Select(n => new Connection(open(true)))];
    }

    public int Size => Volatile.Read(ref connections).Length;

    /// <summary>The connection that carries least; to be returned.</summary>
    public Connection Rent()
    {
        var many = Interlocked.Increment(ref inFlight);
        if (many > 1 && many > Size * rules.StreamsPerConnection * PoolSize.GrowsAbove)
        {
            Fit();
        }
        while (true)
        {
            var seen = Volatile.Read(ref connections);
            var least = seen[0];
            foreach (var connection in seen)
            {
                least = connection.InFlight < least.InFlight ? connection : least;
            }
            // One that has been given up meanwhile is no longer among those that are read next.
            if (least.TryTake())
            {
                return least;
            }
        }
    }

    public void Return(Connection connection)
    {
        connection.Return();
        Interlocked.Decrement(ref inFlight);
    }

    /// <summary>Makes the number of connections fit what they carry now.</summary>
    public void Fit()
    {
        lock (gate)
        {
            size = size.Next(rules, Volatile.Read(ref inFlight), clock.GetElapsedTime(origin));
            var now = connections;
            if (size.Size == now.Length)
            {
                return;
            }
            Volatile.Write(
                ref connections,
                [
                    .. now.Take(size.Size),
                    .. Enumerable
                        .Range(0, Math.Max(0, size.Size - now.Length))
                        .Select(_ => new Connection(open(false))),
                ]
            );
            foreach (var surplus in now.Skip(size.Size))
            {
                surplus.Retire();
            }
        }
    }

    /// <summary>To be called once, when nobody rents any more.</summary>
    public void Dispose()
    {
        foreach (var connection in connections)
        {
            connection.Retire();
        }
    }

    internal sealed class Connection
    {
        private readonly Leases leases;

        public Connection(HttpMessageInvoker invoker)
        {
            Invoker = invoker;
            leases = new(invoker.Dispose);
        }

        public HttpMessageInvoker Invoker { get; }
        public int InFlight => leases.Count;

        public bool TryTake() => leases.TryTake();

        public void Return() => leases.Return();

        public void Retire() => leases.Retire();
    }
}
