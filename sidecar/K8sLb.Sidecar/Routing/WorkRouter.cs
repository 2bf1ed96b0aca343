using K8sLb.Protocol;
using K8sLb.Sidecar.Agent;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Health;
using K8sLb.Sidecar.Sessions;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Routing;

/// <summary>Says where new work goes, for every data path. Keeps the plan in step with the snapshot, the drain and the time.</summary>
public sealed class WorkRouter
{
    /// <summary>Part by which arrivals must have changed to be planned with anew.</summary>
    private const double Noticeable = 0.05;

    private readonly Lock gate = new();
    private readonly SnapshotInForce snapshots;
    private readonly MemberDrain drain;
    private readonly MemberHealth health;
    private readonly MemberAgent agent;
    private readonly PeerLoads loads;
    private readonly Random random;
    private readonly TurnSequence turns;
    private readonly ArrivalMeter arrivals = new();
    private readonly DestinationLoad local;
    private readonly TimeProvider clock;
    private Peer[] known = [];
    private Peer[] all = [];
    private SessionPlan? sessions;
    private (MemberSnapshot Snapshot, SessionSelf Self)? sessionsOf;
    private RoutingPlan plan = RoutingPlan.LocalOnly;
    private readonly SentSince sentSince = new();
    private RoutingPlan? connectionPlan;
    private IReadOnlyDictionary<string, MemberLoad>? planned;

    public WorkRouter(
        SnapshotInForce snapshots,
        MemberDrain drain,
        MemberHealth health,
        MemberAgent agent,
        PeerLoads loads,
        Random random,
        TimeProvider clock
    )
    {
        (this.snapshots, this.drain, this.health, this.agent) = (snapshots, drain, health, agent);
        (this.loads, this.random, this.clock) = (loads, random, clock);
        local = new(clock);
        turns = new((uint)random.NextInt64(1L << 32));
        drain.Changed += Refresh;
        health.Changed += Refresh;
        agent.Changed += Refresh;
    }

    public RoutingPlan Plan => Volatile.Read(ref plan);

    /// <summary>For connections that are placed as a whole.</summary>
    public RoutingPlan ConnectionPlan => Volatile.Read(ref connectionPlan) ?? Plan;

    /// <summary>Members that may get work, whether the plan uses them now or not.</summary>
    public IReadOnlyList<Peer> KnownPeers => Volatile.Read(ref known);

    /// <summary>These, and those that may get no new work, but have sessions.</summary>
    public IReadOnlyList<Peer> AllPeers => Volatile.Read(ref all);

    /// <summary>Null where the pool has no sessions.</summary>
    public SessionPlan? Sessions => Volatile.Read(ref sessions);

    /// <summary>Work that clients bring here; null until it is known.</summary>
    public double? ArrivalsPerSecond => arrivals.PerSecond;

    /// <summary>Of this member's application: what clients bring, and what peers pass on.</summary>
    public DestinationLoad Local => local;

    /// <summary>For work that a client brought. What a peer passed on is not asked about: there is no second hop.</summary>
    /// <param name="clientKey">What consistent hashing knows the client by.</param>
    public WorkRoute Next(WorkKind kind, ulong clientKey = 0)
    {
        arrivals.Note();
        var now = kind == WorkKind.Connection ? ConnectionPlan : Plan;
        if (now.RejectsNewWork)
        {
            return WorkRoute.Reject;
        }
        if (Sessions is { Policy.Kind: SessionKind.SourceAddress } addresses)
        {
            return WorkRoute.To(SessionPlacement.Home(addresses, clientKey, clock.GetUtcNow())?.Peer);
        }
        var picked = MemberPicker.Pick(now, new(turns.Next(), random.NextDouble(), clientKey));
        var isFull = agent.Current is { MaxInFlight: > 0 and var most } && local.InFlight >= most;
        // Where nobody else can take it, it is still the application's to queue or refuse.
        return WorkRoute.To(picked is null && isFull ? AnyPeer() : picked);
    }

    /// <summary>For a request of a session, which belongs to a member.</summary>
    /// <param name="isUnderWay">Another request of it is being served at its owner.</param>
    public WorkRoute Next(SessionPlan plan, in SessionToken token, bool isUnderWay)
    {
        arrivals.Note();
        var place = SessionPlacement.Place(plan, token, isUnderWay, clock.GetUtcNow());
        return Plan.RejectsNewWork && (place is null || place.Id != plan.Self || token.Owner != plan.Self)
            ? WorkRoute.Reject
            : WorkRoute.To(place?.Peer);
    }

    /// <summary>Another place for work that could not be handed over; null where that is this member, or there is none.</summary>
    /// <param name="clientKey">As in <see cref="Next(WorkKind, ulong)"/>.</param>
    /// <param name="isLocalGone">It is not this member.</param>
    public Peer? Instead(ulong clientKey, bool isLocalGone) =>
        Sessions is { Policy.Kind: SessionKind.SourceAddress } addresses
            ? SessionPlacement.Home(addresses, clientKey, clock.GetUtcNow(), isLocalGone ? addresses.Self : null)?.Peer
            : AnyPeer();

    /// <summary>Any other place for work; null where there is none.</summary>
    public Peer? AnyPeer()
    {
        if (snapshots.Current?.Pool.Policy.Drain.LateArrivals != LateArrivals.Reroute)
        {
            return null;
        }
        var candidates = KnownPeers;
        var first = candidates.Count == 0 ? 0 : random.Next(candidates.Count);
        for (var i = 0; i < candidates.Count; i++)
        {
            var peer = candidates[(first + i) % candidates.Count];
            if (!peer.IsAvoided)
            {
                return peer;
            }
        }
        return null;
    }

    /// <summary>Measures what arrives. Called by one thread.</summary>
    /// <param name="elapsed">Since the last call.</param>
    public void Sample(TimeSpan elapsed) => arrivals.Sample(elapsed);

    /// <summary>
    /// The plan changes with the time alone: somebody warms up, this member ramps down, or work arrives in other shares.
    /// </summary>
    public bool IsMoving(DateTimeOffset now) =>
        HaveArrivalsChanged()
        // What was sent where changes with every connection.
        || snapshots.Current?.Pool.Policy.Rebalance is not null
        || Volatile.Read(ref planned) != loads.Current
        || drain.Current is { IsReleasing: false }
        || (
            snapshots.Current?.Pool is { } pool
            && pool.Members.Any(m => WarmUp.Factor(pool.Policy.SlowStart, m.WarmingSince, now) < 1)
        );

    /// <summary>Decides anew from what holds now.</summary>
    public void Refresh()
    {
        lock (gate)
        {
            if (snapshots.Current is not { } snapshot)
            {
                return;
            }
            Volatile.Write(ref all, Reachable(snapshot));
            Volatile.Write(ref known, Available(snapshot));
            RefreshSessions(snapshot);
            var told = loads.Current;
            Volatile.Write(ref planned, told);
            var now = clock.GetUtcNow();
            var self = Self(snapshot, drain.Current, now);
            Volatile.Write(ref plan, Decide(snapshot, self, drain.Current, told, now));
            Volatile.Write(ref connectionPlan, Evening(snapshot, self, told, now));
        }
    }

    private RoutingSelf Self(MemberSnapshot snapshot, DrainState? draining, DateTimeOffset now)
    {
        var pool = snapshot.Pool;
        var reroutes = pool.Policy.Drain.LateArrivals == LateArrivals.Reroute;
        return new(
            snapshot.Self.Uid,
            draining is null ? null : draining.WeightBefore ?? TypicalWeight(pool),
            health.IsFailing || !agent.TakesWork ? 0
                : draining is null || !reroutes ? 1
                : draining.WeightFactor(now),
            arrivals.PerSecond
        );
    }

    private RoutingPlan Decide(
        MemberSnapshot snapshot,
        RoutingSelf self,
        DrainState? draining,
        IReadOnlyDictionary<string, MemberLoad> told,
        DateTimeOffset now
    )
    {
        var pool = snapshot.Pool;
        var shares = RoutingPlanner.Plan(pool, self, told, now);
        return new(Choices(RendezvousHash.Of(snapshot.Self.Uid), shares, told), pool.Policy.Balancing)
        {
            EffectiveWeight = shares.EffectiveWeight,
            ArrivalsPerSecond = self.ArrivalsPerSecond,
            RejectsNewWork = draining is { IsReleasing: true } && pool.Policy.Drain.LateArrivals == LateArrivals.Reject,
        };
    }

    /// <summary>Null where connections go where requests go.</summary>
    private RoutingPlan? Evening(
        MemberSnapshot snapshot,
        RoutingSelf self,
        IReadOnlyDictionary<string, MemberLoad> told,
        DateTimeOffset now
    ) =>
        drain.Current is null
        && snapshot.Pool.Policy.Rebalance is not null
        && HeldShares.Plan(snapshot.Pool, self, told, sentSince.Count(known, told), now) is { } shares
            ? new(Choices(RendezvousHash.Of(self.Uid), shares, told), BalancingKind.WeightedRoundRobin)
            : null;

    /// <summary>This member is one for as long as it has a weight; without one it serves what nobody else can.</summary>
    private Choice[] Choices(ulong id, RoutingShares shares, IReadOnlyDictionary<string, MemberLoad> told)
    {
        var peers = shares.Peers.Select(s => new Choice(
            known.First(p => p.IsStill(s.Member)),
            s.Weight,
            s.Share,
            told.GetValueOrDefault(s.Member.Uid)
        ));
        return shares.EffectiveWeight > 0 || shares.Local > 0
            ? [new(null, id, Math.Max(shares.EffectiveWeight, double.Epsilon), shares.Local, null, local), .. peers]
            : [.. peers];
    }

    /// <summary>The others that have said where they are, as the same objects as before where nothing about them changed.</summary>
    private Peer[] Reachable(MemberSnapshot snapshot) =>
        [
            .. snapshot
                .Pool.Members.Where(m => m.Uid != snapshot.Self.Uid && m.PeerAddress.Length > 0)
                .Select(m => all.FirstOrDefault(p => p.IsStill(m)) ?? new Peer(m, clock)),
        ];

    private Peer[] Available(MemberSnapshot snapshot)
    {
        var available = snapshot
            .Pool.Members.Where(m => m.Availability == MemberAvailability.Available)
            .Select(m => m.Uid)
            .ToHashSet(StringComparer.Ordinal);
        return [.. all.Where(p => available.Contains(p.Uid))];
    }

    /// <summary>Times are part of that plan, so only another snapshot, or another state of this member, makes another one.</summary>
    private void RefreshSessions(MemberSnapshot snapshot)
    {
        var self = SessionSelfOf(snapshot, drain.Current);
        if (sessionsOf is not { } before || !ReferenceEquals(before.Snapshot, snapshot) || before.Self != self)
        {
            sessionsOf = (snapshot, self);
            Volatile.Write(ref sessions, SessionPlanner.Plan(snapshot.Pool, self, all, sessions));
        }
    }

    private SessionSelf SessionSelfOf(MemberSnapshot snapshot, DrainState? draining)
    {
        var keeps = snapshot.Pool.Policy.Drain.LateArrivals == LateArrivals.Serve;
        return new(
            snapshot.Self.Uid,
            draining?.WeightBefore,
            keeps ? null : draining?.RampDownEndsAt,
            draining?.Deadline,
            health.IsFailing
        );
    }

    private bool HaveArrivalsChanged() =>
        arrivals.PerSecond is { } now
        && (Plan.ArrivalsPerSecond is not { } then || Math.Abs(now - then) > Noticeable * Math.Max(now, then));

    /// <summary>Stands in for a weight that no snapshot told: after a restart in the middle of a drain.</summary>
    private static int TypicalWeight(PoolState pool) =>
        pool
            .Members.Where(m => m.Availability == MemberAvailability.Available)
            .Select(m => m.Weight)
            .DefaultIfEmpty(100)
            .Max();
}
