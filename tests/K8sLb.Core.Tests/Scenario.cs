namespace K8sLb.Core.Tests;

/// <summary>A pool for table tests: facts are set by pod name, time is moved by hand, decisions are carried along.</summary>
internal sealed class Scenario(
    int minAvailable = 0,
    int rampDownSeconds = 10,
    int deadlineSeconds = 60,
    int slowStartSeconds = 0,
    OutlierSpec? outliers = null
)
{
    private readonly SortedDictionary<string, PodFacts> pods = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, MemberFacts> members = new(StringComparer.Ordinal);
    private IReadOnlyList<MemberRecord> records = [];
    private RebalanceRecord? rebalance;

    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public bool Paused { get; set; }
    public RebalanceSpec? Rebalance { get; init; }
    public Quantity MinAvailable { get; set; } = new(minAvailable, IsPercent: false);
    public DateTimeOffset? ListeningSince { get; set; }

    public PoolSnapshot Snapshot =>
        new()
        {
            Spec = new PoolSpec
            {
                Drain = new DrainSpec
                {
                    Deadline = TimeSpan.FromSeconds(deadlineSeconds),
                    RampDown = TimeSpan.FromSeconds(rampDownSeconds),
                    MinAvailable = MinAvailable,
                },
                SlowStart = new SlowStartSpec { Duration = TimeSpan.FromSeconds(slowStartSeconds) },
                Outliers = outliers,
                Rebalance = Rebalance,
                Paused = Paused,
            },
            Pods = [.. pods.Values],
            Members = [.. members.Values],
            Records = records,
            Rebalance = rebalance,
            ListeningSince = ListeningSince,
        };

    /// <summary>Ready pods whose sidecars are attached, planned once, one second ago.</summary>
    public Scenario WithActive(params string[] names)
    {
        foreach (var name in names)
        {
            Pod(name, p => p with { Ready = true });
            Member(name, m => m with { Connections = 5 });
        }
        Plan();
        return Wait(1);
    }

    public Scenario Wait(double seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    /// <summary>Time passes while every attached sidecar reports.</summary>
    public Scenario WaitInTouch(double seconds)
    {
        Wait(seconds);
        foreach (var (name, facts) in members.Where(m => m.Value.Attached).ToList())
        {
            members[name] = facts with { LastSeen = Now };
        }
        return this;
    }

    public Scenario Pod(string name, Func<PodFacts, PodFacts> change)
    {
        pods[name] = change(
            pods.GetValueOrDefault(name)
                ?? new PodFacts
                {
                    Uid = $"uid-{name}",
                    Name = name,
                    CreatedAt = Now,
                    Ready = false,
                }
        );
        return this;
    }

    /// <summary>A word of the member's sidecar arrives.</summary>
    public Scenario Member(string name, Func<MemberFacts, MemberFacts>? change = null)
    {
        var facts =
            members.GetValueOrDefault(name)
            ?? new MemberFacts
            {
                Uid = $"uid-{name}",
                Attached = true,
                LastSeen = Now,
            };
        facts = facts with { Attached = true, LastSeen = Now };
        members[name] = change is null ? facts : change(facts);
        return this;
    }

    public Scenario Delete(string name, double graceSeconds = 300) =>
        Pod(name, p => p with { DeletionRequestedAt = Now, KilledAt = Now + TimeSpan.FromSeconds(graceSeconds) });

    public Scenario Remove(string name)
    {
        pods.Remove(name);
        return this;
    }

    /// <summary>A new operator, which has heard of nobody.</summary>
    public Scenario RestartOperator(bool recordsKept)
    {
        members.Clear();
        records = recordsKept ? records : [];
        rebalance = null;
        ListeningSince = Now;
        return this;
    }

    public PoolPlan Plan()
    {
        var plan = PoolPlanner.Plan(Snapshot, Now);
        records = [.. plan.Members.Select(m => m.Record)];
        rebalance = plan.Rebalance;
        return plan;
    }
}

internal static class PlanReading
{
    public static MemberPlan Of(this PoolPlan plan, string name) => plan.Members.Single(m => m.Record.Name == name);

    public static MemberPhase Phase(this PoolPlan plan, string name) => plan.Of(name).Record.Phase;

    public static IEnumerable<string> Told(this PoolPlan plan, string name) =>
        plan.Events.Where(e => e.PodName == name).Select(e => e.Reason);
}
