using K8sLb.Protocol;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Routing;

/// <summary>Says where new work goes, for every data path. Keeps the plan in step with the snapshot, the drain and the time.</summary>
public sealed class WorkRouter
{
    private readonly Lock gate = new();
    private readonly SnapshotInForce snapshots;
    private readonly MemberDrain drain;
    private readonly Random random;
    private readonly TimeProvider clock;
    private Peer[] known = [];
    private RoutingPlan plan = RoutingPlan.LocalOnly;

    public WorkRouter(SnapshotInForce snapshots, MemberDrain drain, Random random, TimeProvider clock)
    {
        (this.snapshots, this.drain, this.random, this.clock) = (snapshots, drain, random, clock);
        drain.Changed += Refresh;
    }

    public RoutingPlan Plan => Volatile.Read(ref plan);

    /// <summary>All members that can be reached, whether the plan uses them now or not.</summary>
    public IReadOnlyList<Peer> KnownPeers => Volatile.Read(ref known);

    /// <summary>For work that a client brought. What a peer passed on is not asked about: there is no second hop.</summary>
    public WorkRoute Next()
    {
        var now = Plan;
        return now.RejectsNewWork ? WorkRoute.Reject : WorkRoute.To(MemberPicker.Pick(now, random.NextDouble()));
    }

    /// <summary>Another place for work that could not be handed over; null where there is none.</summary>
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

    /// <summary>Weights change with the time alone: somebody warms up, or this member ramps down.</summary>
    public bool IsMoving(DateTimeOffset now) =>
        drain.Current is { IsReleasing: false }
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
            Volatile.Write(ref known, Reachable(snapshot));
            Volatile.Write(ref plan, Decide(snapshot, drain.Current, clock.GetUtcNow()));
        }
    }

    private RoutingPlan Decide(MemberSnapshot snapshot, DrainState? draining, DateTimeOffset now)
    {
        var pool = snapshot.Pool;
        var reroutes = pool.Policy.Drain.LateArrivals == LateArrivals.Reroute;
        var shares = RoutingPlanner.Plan(
            pool,
            snapshot.Self.Uid,
            draining is null ? null : draining.WeightBefore ?? TypicalWeight(pool),
            draining is null || !reroutes ? 1 : draining.WeightFactor(now),
            now
        );
        return new(
            shares,
            [.. shares.Peers.Select(s => known.First(p => p.IsStill(s.Member)))],
            rejectsNewWork: draining is { IsReleasing: true } && pool.Policy.Drain.LateArrivals == LateArrivals.Reject
        );
    }

    /// <summary>Members that may get work, as the same objects as before where nothing about them changed.</summary>
    private Peer[] Reachable(MemberSnapshot snapshot) =>
        [
            .. snapshot
                .Pool.Members.Where(m =>
                    m.Uid != snapshot.Self.Uid
                    && m.PeerAddress.Length > 0
                    && m.Availability == MemberAvailability.Available
                )
                .Select(m => known.FirstOrDefault(p => p.IsStill(m)) ?? new Peer(m, clock)),
        ];

    /// <summary>Stands in for a weight that no snapshot told: after a restart in the middle of a drain.</summary>
    private static int TypicalWeight(PoolState pool) =>
        pool
            .Members.Where(m => m.Availability == MemberAvailability.Available)
            .Select(m => m.Weight)
            .DefaultIfEmpty(100)
            .Max();
}
