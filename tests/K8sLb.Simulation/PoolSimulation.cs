using K8sLb.Sidecar.Routing;

namespace K8sLb.Simulation;

/// <summary>
/// A pool in virtual time: the operator's planner and the sidecars' routing are the real code; clients, network, kube-proxy and
/// applications are made up.
/// </summary>
internal sealed class PoolSimulation
{
    private const double ParetoShape = 1.8;
    private const int MaxAttempts = 4;

    private readonly SimulationOptions options;
    private readonly Random random;
    private readonly SimulatedOperator @operator;

    public PoolSimulation(SimulationOptions options)
    {
        this.options = options;
        random = new(options.Seed);
        Members = [.. Enumerable.Range(0, options.Members).Select(i => new SimulatedMember(i, Time, random))];
        @operator = new(options, Time, random, Members);
        foreach (var member in Members)
        {
            // Each at its own time, as processes that were started one after the other.
            Time.After(random.NextDouble(), () => Time.Every(() => 1, () => Beat(member)));
        }
        Time.Every(() => 0.1, Release);
        if (options.RequestsPerSecond > 0)
        {
            Time.Every(() => -Math.Log(1 - random.NextDouble()) / options.RequestsPerSecond, Request);
        }
        for (var i = 0; i < options.Connections; i++)
        {
            Time.After(random.NextDouble() * 10, () => Open(new()));
        }
        Time.Every(() => 1, Look);
    }

    public Timeline Time { get; } = new();
    public IReadOnlyList<SimulatedMember> Members { get; }

    /// <summary>Requests and connections that were not served to their end: a crash took them along, or met them.</summary>
    public int Lost { get; private set; }
    public int Served { get; private set; }

    /// <summary>Connections that were asked to move.</summary>
    public int Moves { get; private set; }

    public int MovesSince(double at) => Moves - History.Last(l => l.At <= at).Moves;

    /// <summary>Each second.</summary>
    public List<Look> History { get; } = [];

    public void Run(double until) => Time.Run(until);

    /// <summary>Ready members join or leave the endpoints later.</summary>
    public void SetReady(SimulatedMember member, bool isReady)
    {
        member.IsReady = isReady;
        Time.After(options.EndpointLag, () => member.IsEndpoint = member.IsReady);
    }

    /// <summary>Its clients come back at once; its probe finds it gone, and back, some seconds later.</summary>
    public void Crash(SimulatedMember member, double forSeconds)
    {
        member.Crash();
        Time.After(options.EndpointLag, () => member.IsEndpoint = member.IsReady);
        var cut = member.Held.ToList();
        member.Held.Clear();
        member.Staying = 0;
        Lost += cut.Count;
        foreach (var connection in cut)
        {
            connection.Close();
            Time.After(random.NextDouble(), () => Open(connection));
        }
        Time.After(
            forSeconds,
            () =>
            {
                member.IsUp = true;
                SetReady(member, true);
            }
        );
    }

    private void Beat(SimulatedMember member)
    {
        if (member.IsUp)
        {
            member.Sample(TimeSpan.FromSeconds(1));
            member.Refresh();
            @operator.Report(member);
        }
    }

    private void Request()
    {
        if (Place(WorkKind.Request) is not (var member, var load))
        {
            return;
        }
        load?.Begin();
        member.Load.Begin();
        var life = member.Life;
        var began = Time.Now;
        var waits = Math.Max(1, member.Load.InFlight / (double)options.Cores);
        Time.After(
            ServiceTime() * member.Slowness * waits,
            () =>
            {
                load?.End();
                member.Load.End();
                if (life != member.Life)
                {
                    Lost++;
                    return;
                }
                Served++;
                member.Load.Took(TimeSpan.FromSeconds(Time.Now - began));
                member.Load.NoteOutcome(success: true);
            }
        );
    }

    private void Open(SimulatedConnection connection)
    {
        if (Place(WorkKind.Connection) is not (var member, var load))
        {
            Time.After(0.5 + random.NextDouble(), () => Open(connection));
            return;
        }
        load?.Begin();
        (connection.Holder, connection.Load) = (member, load);
        member.Held.Add(connection);
        member.Staying++;
    }

    /// <summary>Where a piece of work ends up, as kube-proxy, a sidecar and its peers have it.</summary>
    private (SimulatedMember Member, DestinationLoad? Load)? Place(WorkKind kind)
    {
        var endpoints = Members.Where(m => m.IsEndpoint).ToList();
        var front = endpoints.Count == 0 ? null : endpoints[random.Next(endpoints.Count)];
        if (front is not { IsUp: true })
        {
            // Refused by a dead pod that is an endpoint still; no sidecar is there to help.
            Lost++;
            return null;
        }
        var peer = front.Pick(kind);
        for (var attempt = 1; peer is not null; attempt++)
        {
            var target = Members[peer.EndPoint.Port - 10_000];
            if (target.IsUp)
            {
                peer.NoteReached();
                return (target, peer.Load);
            }
            peer.NoteUnreachable();
            peer = attempt == MaxAttempts ? null : front.AnyPeer();
        }
        return (front, null);
    }

    private void Release()
    {
        foreach (var member in Members)
        {
            for (var count = member.Releases(TimeSpan.FromSeconds(0.1)); count > 0; count--)
            {
                var connection = member.Held.First(c => !c.Leaves);
                connection.Leaves = true;
                member.Staying--;
                Moves++;
                Time.After(random.NextDouble() * options.LongestStream, () => Leave(connection, member));
            }
        }
    }

    private void Leave(SimulatedConnection connection, SimulatedMember member)
    {
        if (connection.Holder != member)
        {
            // Its member has crashed meanwhile.
            return;
        }
        member.Held.Remove(connection);
        connection.Close();
        Open(connection);
    }

    private void Look() =>
        History.Add(
            new(
                Time.Now,
                [.. Members.Select(m => m.Held.Count)],
                [.. Members.Select(m => m.Load.InFlight)],
                [.. Members.Select(@operator.FactorOf)],
                [.. Members.Select(m => m.IsReady)],
                Moves,
                Lost
            )
        );

    /// <summary>Pareto with the mean that the options have, cut off at a thousand times that.</summary>
    private double ServiceTime()
    {
        var least = options.ServiceTime * (ParetoShape - 1) / ParetoShape;
        return Math.Min(1_000 * options.ServiceTime, least / Math.Pow(1 - random.NextDouble(), 1 / ParetoShape));
    }
}

/// <summary>The pool at one moment; lists are by member.</summary>
internal sealed record Look(
    double At,
    IReadOnlyList<int> Held,
    IReadOnlyList<int> InFlight,
    IReadOnlyList<double> Factors,
    IReadOnlyList<bool> Ready,
    int Moves,
    int Lost
)
{
    /// <summary>The fullest ready member's connections, times the mean of all ready ones.</summary>
    public double Imbalance
    {
        get
        {
            var held = Held.Where((_, i) => Ready[i]).ToList();
            return held.Sum() == 0 ? 1 : held.Max() / held.Average();
        }
    }
}
