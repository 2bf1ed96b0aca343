using K8sLb.Core;
using K8sLb.Protocol;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Simulation;

/// <summary>A pod with its application and its sidecar, which routes by the code that the real one has.</summary>
internal sealed class SimulatedMember(int number, Timeline time, Random random)
{
    private readonly Dictionary<string, Peer> peers = new(StringComparer.Ordinal);
    private readonly SentSince sentSince = new();
    private readonly TurnSequence turns = new((uint)random.NextInt64(1L << 32));
    private readonly ArrivalMeter arrivals = new();
    private IReadOnlyDictionary<string, MemberLoad> told = new Dictionary<string, MemberLoad>();
    private RoutingPlan plan = RoutingPlan.LocalOnly;
    private RoutingPlan? connectionPlan;
    private ReleasePace pace;

    public int Number => number;
    public string Uid { get; } = $"m{number:000}";
    public PoolState? Pool { get; set; }
    public RebalanceDirective? Rebalance { get; set; }

    /// <summary>Its processes run.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>Kubernetes takes it for ready.</summary>
    public bool IsReady { get; set; } = true;

    /// <summary>Clients' connections reach it: readiness, some time later.</summary>
    public bool IsEndpoint { get; set; } = true;

    /// <summary>Times what its requests take elsewhere.</summary>
    public double Slowness { get; set; } = 1;

    /// <summary>Of its application.</summary>
    public DestinationLoad Load { get; } = new(time.Clock);

    /// <summary>Connections that its application serves.</summary>
    public HashSet<SimulatedConnection> Held { get; } = [];

    /// <summary>Of them, those that stay.</summary>
    public int Staying { get; set; }

    /// <summary>Counts restarts: what was under way before is lost.</summary>
    public int Life { get; private set; }

    public double? ArrivalsPerSecond => arrivals.PerSecond;
    public double EffectiveWeight => plan.EffectiveWeight;

    /// <summary>Where a piece of work that a client brought goes; null for the application here.</summary>
    public Peer? Pick(WorkKind kind)
    {
        arrivals.Note();
        var now = kind == WorkKind.Connection ? connectionPlan ?? plan : plan;
        return MemberPicker.Pick(now, new(turns.Next(), random.NextDouble()));
    }

    /// <summary>Another one, where that cannot be reached.</summary>
    public Peer? AnyPeer()
    {
        var candidates = peers.Values.Where(p => !p.IsAvoided).ToList();
        return candidates.Count == 0 ? null : candidates[random.Next(candidates.Count)];
    }

    public void Hear(IReadOnlyDictionary<string, MemberLoad> loads)
    {
        told = loads;
        Refresh();
    }

    public void Sample(TimeSpan elapsed) => arrivals.Sample(elapsed);

    /// <summary>Decides anew from what it knows.</summary>
    public void Refresh()
    {
        if (Pool is not { } pool)
        {
            return;
        }
        foreach (var member in pool.Members.Where(m => m.Uid != Uid))
        {
            if (member.Availability != MemberAvailability.Available)
            {
                peers.Remove(member.Uid);
            }
            else if (!peers.TryGetValue(member.Uid, out var peer) || !peer.IsStill(member))
            {
                peers[member.Uid] = new(member, time.Clock);
            }
        }
        var now = time.Clock.GetUtcNow();
        var self = new RoutingSelf(Uid, ArrivalsPerSecond: arrivals.PerSecond);
        plan = ToPlan(RoutingPlanner.Plan(pool, self, told, now), pool.Policy.Balancing);
        connectionPlan =
            pool.Policy.Rebalance is not null
            && HeldShares.Plan(pool, self, told, sentSince.Count([.. peers.Values], told), now) is { } held
                ? ToPlan(held, BalancingKind.WeightedRoundRobin)
                : null;
    }

    /// <returns>How many connections to ask to move now.</returns>
    public int Releases(TimeSpan elapsed)
    {
        var above = Rebalance is { } directive ? Math.Max(0, Staying - directive.HoldAtMost) : 0;
        return pace.Take(above, Rebalance?.ReleasesPerSecond ?? 0, elapsed, TimeSpan.MaxValue);
    }

    public void Crash()
    {
        (IsUp, IsReady) = (false, false);
        Life++;
    }

    public PodFacts Pod() =>
        new()
        {
            Uid = Uid,
            Name = Uid,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Ready = IsReady,
        };

    private RoutingPlan ToPlan(RoutingShares shares, BalancingKind kind)
    {
        var others = shares.Peers.Select(s => new Choice(
            peers[s.Member.Uid],
            s.Weight,
            s.Share,
            told.GetValueOrDefault(s.Member.Uid)
        ));
        var id = RendezvousHash.Of(Uid);
        return new(
            [new(null, id, Math.Max(shares.EffectiveWeight, double.Epsilon), shares.Local, null, Load), .. others],
            kind
        )
        {
            EffectiveWeight = shares.EffectiveWeight,
        };
    }
}

/// <summary>A client's connection, on which it always has something under way.</summary>
internal sealed class SimulatedConnection
{
    public SimulatedMember? Holder { get; set; }

    /// <summary>Of the peer that it was passed on to, at the member that did so.</summary>
    public DestinationLoad? Load { get; set; }

    /// <summary>It was asked to move.</summary>
    public bool Leaves { get; set; }

    public void Close()
    {
        Load?.End();
        (Holder, Load, Leaves) = (null, null, false);
    }
}
