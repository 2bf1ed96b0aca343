using K8sLb.Core;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Mapping;
using K8sLb.Operator.Sessions;
using K8sLb.Operator.Status;

namespace K8sLb.Operator.Pools;

/// <summary>
/// One pool during one term of leading. <see cref="Reconcile"/> is its only writer: gather, decide, apply, all in memory.
/// What takes time goes on elsewhere: streams take publications when they can, the status has a writer of its own, events
/// are queued.
/// </summary>
internal sealed class PoolRun : IAsyncDisposable
{
    /// <summary>Live numbers reach the status this often where nothing else happens.</summary>
    private static readonly TimeSpan Refresh = StatusPacing.BetweenWritesOfNumbers;

    private readonly PoolRunContext context;
    private readonly DateTimeOffset listeningSince;
    private readonly PoolEvents events;
    private readonly PhaseTally tally = new();
    private readonly SidecarTally sidecars = new();
    private readonly ReleaseBarrier barrier = new();
    private readonly StatusWriter statusWriter;
    private readonly Task statusWriting;
    private readonly Task exchanging;
    private readonly PoolPeerKeys peerKeys = new();
    private readonly PoolSessionKeys sessionKeys;
    private readonly Task keeping;
    private readonly DeletionCostWriter costWriter;
    private readonly Task costWriting;
    private readonly CancellationTokenSource stop = new();
    private IReadOnlyList<MemberRecord> records;
    private RebalanceRecord? rebalance;
    private volatile bool weighsByReports;
    private BackendPoolStatus? status;
    private long? version;

    public PoolRun(BackendPool pool, PoolRunContext context)
    {
        this.context = context;
        Key = pool.Key();
        Uid = pool.Uid();
        listeningSince = context.Time.GetUtcNow();
        status = pool.Status;
        records = RecordStore.Read(status);
        events = new PoolEvents(context.Events);
        Channel = new PoolChannel(Key, context.Epoch, status?.Version ?? 0, change => context.Changed(Key, change));
        statusWriter = new StatusWriter(
            Key.ToString(),
            (newest, token) => context.WriteStatus(Key, Uid, newest, token),
            status,
            context.Time,
            context.Logger
        );
        statusWriting = statusWriter.RunAsync(stop.Token);
        sessionKeys = new PoolSessionKeys(
            Key,
            Uid,
            context.SessionKeys,
            () => context.Changed(Key, MemberChange.Presence),
            context.Time,
            context.Logger
        );
        keeping = sessionKeys.RunAsync(stop.Token);
        costWriter = new DeletionCostWriter(
            Key.ToString(),
            (cost, token) => context.WriteCost(Key.Namespace, cost, token),
            context.Time,
            context.Logger
        );
        costWriting = costWriter.RunAsync(stop.Token);
        exchanging = new LoadExchange(Channel, () => weighsByReports, context.Time, context.Logger).RunAsync(
            stop.Token
        );
    }

    public ObjectKey Key { get; }
    public string Uid { get; }
    public PoolChannel Channel { get; }

    /// <returns>When to come back where nothing changes before.</returns>
    public TimeSpan Reconcile()
    {
        // Members before pods: who has attached by now has a pod in what is read after.
        var members = Channel.Members.ToDictionary(m => m.Hello.PodUid, StringComparer.Ordinal);
        if (context.Directory.Find(Key) is not { } view || view.Resource.Uid() != Uid)
        {
            return Refresh;
        }
        events.Accepted(view);
        var now = context.Time.GetUtcNow();
        if (view.InForce is null)
        {
            Offer(ConditionBuilder.NotAccepted(view, status, now));
            return Refresh;
        }
        weighsByReports = view.InForce.LoadSource == LoadSource.Reported;
        ForgetStrangers(view, members);
        costWriter.Offer(view.InForce.WritesDeletionCosts ? PodCostReader.Read(view.Pods, members) : []);
        var pods = view.Pods.Select(PodReader.Read).ToArray();
        var plan = Plan(view.InForce, pods, members, now);
        sidecars.Set(members.Values, context.OperatorVersion, PodsWithoutSidecar.In(view).Count);
        Announce(view, members, plan);
        var settling = Publish(view.InForce, pods, members, plan, now);
        // Until the members are back, an operator that takes over knows less than the status of the one before says.
        if (settling is null || status?.Version is null)
        {
            Offer(
                StatusBuilder.Build(
                    new StatusInputs
                    {
                        View = view,
                        Before = status,
                        Plan = plan,
                        Members = members,
                        Version = version,
                        OperatorVersion = context.OperatorVersion,
                        Unaware = barrier.Unaware(plan, members),
                        SessionKeysProblem = sessionKeys.Problem,
                        TrustProblem = context.TrustProblem(Key.Namespace),
                        Now = now,
                    }
                )
            );
        }
        return Earliest(plan.WakeAt - now, settling);
    }

    /// <summary>Ends the streams; what was decided stays in the status.</summary>
    public async ValueTask DisposeAsync()
    {
        Channel.Close("this pool is not served here any more");
        tally.Set([]);
        sidecars.Set([], context.OperatorVersion, podsWithout: 0);
        await stop.CancelAsync();
        await statusWriting;
        await exchanging;
        await keeping;
        await costWriting;
        stop.Dispose();
    }

    private PoolPlan Plan(
        AcceptedSpec spec,
        PodFacts[] pods,
        Dictionary<string, MemberState> members,
        DateTimeOffset now
    )
    {
        var plan = PoolPlanner.Plan(
            new PoolSnapshot
            {
                Spec = spec.Decisions,
                Pods = pods,
                Members = [.. members.Values.Select(m => MemberFactsReader.Read(m, spec.LoadSource))],
                Records = records,
                ListeningSince = listeningSince,
                Rebalance = rebalance,
            },
            now
        );
        rebalance = plan.Rebalance;
        var before = records;
        records = [.. plan.Members.Select(m => m.Record)];
        DrainSpans.Record(Key, before, records, now);
        tally.Set(records.Select(r => r.Phase));
        return plan;
    }

    /// <returns>How long a first publication still waits at most; null where the plan was published.</returns>
    private TimeSpan? Publish(
        AcceptedSpec spec,
        PodFacts[] pods,
        Dictionary<string, MemberState> members,
        PoolPlan plan,
        DateTimeOffset now
    )
    {
        var policy = sessionKeys.Complete(spec.Policy);
        if (
            version is null
            && Settling.Remaining(pods, members, sessionKeys.AreComing, listeningSince, context.SettleTime, now)
                is { } settling
        )
        {
            return settling;
        }
        version = Channel.Publish(
            DirectiveMapper.Pool(Key, plan, policy, members, peerKeys.At(now)),
            DirectiveMapper.Selves(plan, policy, pods, barrier.Unaware(plan, members))
        );
        barrier.Published(plan, version.Value);
        return null;
    }

    private void Announce(PoolView view, Dictionary<string, MemberState> members, PoolPlan plan)
    {
        events.Annotations(view);
        events.Refusals(view, members);
        events.Versions(view, members, context.OperatorVersion);
        events.Phases(view, plan.Events);
    }

    private void ForgetStrangers(PoolView view, Dictionary<string, MemberState> members)
    {
        var present = view.Pods.Select(p => p.Uid()).ToHashSet(StringComparer.Ordinal);
        foreach (var uid in members.Keys.Where(uid => !present.Contains(uid)).ToArray())
        {
            members.Remove(uid);
            Channel.Forget(uid, "the pod is gone, or another pool has it");
        }
    }

    private void Offer(BackendPoolStatus newest)
    {
        status = newest;
        statusWriter.Offer(newest);
    }

    private static TimeSpan Earliest(params ReadOnlySpan<TimeSpan?> times)
    {
        var earliest = Refresh;
        foreach (var time in times)
        {
            earliest = time < earliest ? time.Value : earliest;
        }
        // A time that has just passed is due now, and a clock that stands still must not become a busy loop.
        return earliest > TimeSpan.FromMilliseconds(10) ? earliest : TimeSpan.FromMilliseconds(10);
    }
}
