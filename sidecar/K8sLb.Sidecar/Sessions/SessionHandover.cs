using System.Collections.Concurrent;
using K8sLb.Protocol;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Sessions;

/// <summary>
/// Where this member has far more sessions than its share: hands the oldest of them over, between their requests and at the granted
/// pace, by telling their clients of another member with an answer. What is to go is worked out once for each round of figures.
/// </summary>
public sealed class SessionHandover(
    WorkRouter router,
    SnapshotInForce snapshots,
    PeerLoads loads,
    LiveSessions live,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<SessionHandover> log
) : PacedLoop("handover", TimeSpan.FromMilliseconds(250), metrics, clock, log)
{
    /// <summary>A client's next request, and the figures that count it, can take so long; until then it counts where it was sent.</summary>
    private static readonly TimeSpan OnTheirWay = TimeSpan.FromSeconds(10);

    private readonly TimeProvider clock = clock;
    private readonly ConcurrentQueue<(ulong Taker, long At)> onTheirWay = [];
    private IReadOnlyDictionary<string, MemberLoad>? planned;
    private SessionExcess? excess;
    private int left;
    private double credit;
    private long steppedAt = clock.GetTimestamp();
    private Grant? current;

    /// <summary>Called where a request of this member's own session has been answered.</summary>
    /// <returns>What its client is to keep where the session moves now; null where it stays.</returns>
    public SessionToken? TryTake(SessionPlan plan, in SessionToken token)
    {
        if (Volatile.Read(ref current) is not { } grant || token.IssuedAt >= grant.BegunBefore)
        {
            return null;
        }
        var taker = TakerOf(plan, grant.Excess, token.Session);
        if (taker is null || Interlocked.Decrement(ref grant.Left) < 0)
        {
            return null;
        }
        onTheirWay.Enqueue((taker.Id, clock.GetTimestamp()));
        return token with { Owner = taker.Id };
    }

    protected override ValueTask StepAsync(CancellationToken cancellation)
    {
        Step();
        return ValueTask.CompletedTask;
    }

    internal void Step()
    {
        var elapsed = clock.GetElapsedTime(steppedAt);
        steppedAt = clock.GetTimestamp();
        if (Interlocked.Exchange(ref current, null) is { } before)
        {
            var unspent = Math.Max(0, Volatile.Read(ref before.Left));
            left -= before.Given - unspent;
            credit += unspent;
        }
        var told = loads.Current;
        if (!ReferenceEquals(told, planned))
        {
            planned = told;
            excess = Excess(told);
            left = excess?.Count ?? 0;
        }
        // A second's worth is at hand at most, and a whole session in time, however slow the pace.
        credit = excess is null
            ? 0
            : Math.Min(Math.Max(1, excess.PerSecond), credit + (excess.PerSecond * elapsed.TotalSeconds));
        var count = Math.Min(left, (int)credit);
        if (count > 0 && excess is not null && live.StartOfOldest(left) is { } oldest)
        {
            credit -= count;
            // Starts are kept in whole seconds.
            Volatile.Write(ref current, new Grant(excess, count, oldest + TimeSpan.FromSeconds(1)));
        }
    }

    /// <summary>Null where nothing is to go, or not all is known.</summary>
    private SessionExcess? Excess(IReadOnlyDictionary<string, MemberLoad> told)
    {
        if (
            router.Sessions is not { UsesTokens: true } plan
            || plan.Find(plan.Self) is not { TakesOver: true }
            || snapshots.Current?.Pool.Policy.Rebalance is not { } policy
        )
        {
            return null;
        }
        while (onTheirWay.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.At) > OnTheirWay)
        {
            onTheirWay.TryDequeue(out _);
        }
        var sent = onTheirWay.CountBy(s => s.Taker).ToDictionary();
        var members = new List<MemberSessions>();
        foreach (var member in plan.Members)
        {
            if (!member.TakesOver)
            {
                continue;
            }
            var sessions = member.Peer is { } peer ? told.GetValueOrDefault(peer.Uid)?.Sessions : live.Count;
            if (sessions is not { } known)
            {
                return null;
            }
            members.Add(new(member.Id, member.Weight, known + sent.GetValueOrDefault(member.Id)));
        }
        return SessionShares.Of(members, plan.Self, policy);
    }

    /// <summary>By rendezvous hashing, weighted by what each lacks.</summary>
    private static SessionMember? TakerOf(SessionPlan plan, SessionExcess excess, ulong session)
    {
        SessionMember? best = null;
        var highest = double.NegativeInfinity;
        foreach (var taker in excess.Takers)
        {
            var score = RendezvousHash.Score(taker.Id, taker.Lack, session);
            if (score > highest && plan.Find(taker.Id) is { TakesOver: true, CanBeReached: true } member)
            {
                (best, highest) = (member, score);
            }
        }
        return best;
    }

    /// <summary>What may go until the next round.</summary>
    private sealed class Grant(SessionExcess excess, int count, DateTimeOffset begunBefore)
    {
        public readonly int Given = count;
        public int Left = count;

        public SessionExcess Excess => excess;
        public DateTimeOffset BegunBefore => begunBefore;
    }
}
