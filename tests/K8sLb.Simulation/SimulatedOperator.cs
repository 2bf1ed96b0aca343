using System.Collections.Immutable;
using K8sLb.Core;
using K8sLb.Core.Balancing;
using K8sLb.Protocol;

namespace K8sLb.Simulation;

/// <summary>Plans by the real planner from reports that come late or not at all, and tells the members, late as well.</summary>
internal sealed class SimulatedOperator
{
    private readonly SimulationOptions options;
    private readonly Timeline time;
    private readonly Random random;
    private readonly IReadOnlyList<SimulatedMember> members;
    private readonly Dictionary<string, (MemberFacts Facts, MemberLoad Load, LoadFigures Figures)> heard = [];
    private readonly PoolSpec spec;
    private readonly PoolPolicy policy;
    private IReadOnlyList<MemberRecord> records = [];
    private RebalanceRecord? rebalance;
    private ImmutableDictionary<string, ReportedLoad> weights = ImmutableDictionary<string, ReportedLoad>.Empty;

    public SimulatedOperator(
        SimulationOptions options,
        Timeline time,
        Random random,
        IReadOnlyList<SimulatedMember> members
    )
    {
        (this.options, this.time, this.random, this.members) = (options, time, random, members);
        spec = new PoolSpec
        {
            Drain = new()
            {
                Deadline = TimeSpan.FromSeconds(60),
                RampDown = TimeSpan.FromSeconds(2),
                MinAvailable = new(50, IsPercent: true),
            },
            SlowStart = new() { Duration = TimeSpan.Zero },
            Rebalance = options.MaxImbalancePercent is { } percent
                ? new() { MaxImbalancePercent = percent, MaxReleasesPerSecond = options.MaxReleasesPerSecond }
                : null,
        };
        policy = new PoolPolicy
        {
            Ports = [],
            Drain = new()
            {
                DeadlineMs = 60_000,
                RampDownMs = 2_000,
                QuietPeriodMs = 1_000,
                LateArrivals = LateArrivals.Reroute,
                MaxReleasesPerSecond = options.MaxReleasesPerSecond,
                GoAwayGraceMs = 5_000,
                WebSocketCloseCode = 1001,
                OnDeadline = DeadlineAction.Close,
            },
            SlowStart = new()
            {
                DurationMs = 0,
                MinimumPercent = 100,
                Aggression = 1,
            },
            Balancing = options.Balancing,
            Rebalance = options.MaxImbalancePercent is { } most
                ? new() { MaxImbalancePercent = most, MaxReleasesPerSecond = options.MaxReleasesPerSecond }
                : null,
        };
        time.Every(() => 1, Plan);
        time.Every(() => Math.Max(2, 0.02 * members.Count), Tell);
    }

    /// <summary>What reports have made of the weights.</summary>
    public double FactorOf(SimulatedMember member) => weights.GetValueOrDefault(member.Uid)?.Factor ?? 1;

    /// <summary>A member reports; it may be that nobody hears it.</summary>
    public void Report(SimulatedMember member)
    {
        if (random.NextDouble() < options.Loss)
        {
            return;
        }
        var load = member.Load;
        var facts = new MemberFacts
        {
            Uid = member.Uid,
            Attached = true,
            LastSeen = time.Clock.GetUtcNow(),
            Connections = member.Held.Count,
            Held = new(member.Staying, member.Staying, member.EffectiveWeight > 0 ? member.EffectiveWeight : 100),
        };
        var figures = new LoadFigures(member.Uid, load.Served, load.Failed, load.Timed, load.TimedLogMs);
        var told = new MemberLoad
        {
            Uid = member.Uid,
            ArrivalsPerSecond = member.ArrivalsPerSecond,
            InFlight = load.InFlight,
            LatencyMs = load.Latency?.TotalMilliseconds,
            Held = member.Staying,
        };
        time.After(
            Delay(),
            () =>
            {
                // A stream keeps its order, however late it is.
                if (!heard.TryGetValue(member.Uid, out var newest) || newest.Facts.LastSeen < facts.LastSeen)
                {
                    heard[member.Uid] = (facts, told, figures);
                }
            }
        );
    }

    private double Delay() => random.NextDouble() * options.LongestDelay;

    private void Plan()
    {
        var plan = PoolPlanner.Plan(
            new PoolSnapshot
            {
                Spec = spec,
                Pods = [.. members.Select(m => m.Pod())],
                Members = [.. heard.Values.Select(h => h.Facts)],
                Records = records,
                Rebalance = rebalance,
            },
            time.Clock.GetUtcNow()
        );
        (records, rebalance) = ([.. plan.Members.Select(m => m.Record)], plan.Rebalance);
        var state = new PoolState
        {
            Namespace = "simulation",
            Name = "pool",
            Policy = policy,
            Members = [.. plan.Members.Select(Directive)],
        };
        foreach (var (member, decided) in members.Zip(plan.Members))
        {
            var directive = decided.Move is { } move
                ? new RebalanceDirective { HoldAtMost = move.HoldAtMost, ReleasesPerSecond = move.ReleasesPerSecond }
                : null;
            var isNews = member.Pool is not { } held || !held.Members.SequenceEqual(state.Members);
            if (isNews || member.Rebalance != directive)
            {
                time.After(
                    Delay() / 4,
                    () =>
                    {
                        (member.Pool, member.Rebalance) = (state, directive);
                        member.Refresh();
                    }
                );
            }
        }
    }

    private MemberDirective Directive(MemberPlan member) =>
        new()
        {
            Uid = member.Record.Uid,
            Name = member.Record.Name,
            PeerAddress = "127.0.0.1",
            PeerPort = 10_000 + int.Parse(member.Record.Uid.AsSpan(1)),
            PeerCredential = "secret",
            Availability = member.Available ? MemberAvailability.Available : MemberAvailability.Unavailable,
            Weight = member.Weight,
        };

    private void Tell()
    {
        if (options.WeighsByReports)
        {
            weights = ReportedWeights.Next(weights, [.. heard.Values.Select(h => h.Figures)], time.Clock.GetUtcNow());
        }
        var loads = heard.Values.ToDictionary(
            h => h.Load.Uid,
            h => h.Load with { WeightFactor = weights.GetValueOrDefault(h.Load.Uid)?.Factor },
            StringComparer.Ordinal
        );
        foreach (var member in members)
        {
            time.After(Delay(), () => member.Hear(loads));
        }
    }
}
