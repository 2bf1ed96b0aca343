using FsCheck.Fluent;
using K8sLb.Core.Tests.Schedules;

namespace K8sLb.Core.Tests.Properties;

/// <summary>Facts that arrive one by one in the same instant, with a plan after each, lead to one plan in any order.</summary>
public sealed class ConvergenceProperties
{
    [Fact]
    public void Facts_of_one_instant_converge_in_any_order() =>
        Check.That(
            ScheduleArbitrary.Uncontended.Zip(FsCheck.Fluent.ArbMap.Default.ArbFor<int>()),
            input => Try(input.Item1, input.Item2)
        );

    /// <summary>What the property has found, which chance brings but once in some hundred thousand schedules.</summary>
    [Theory]
    [MemberData(nameof(Found))]
    public void So_do_those_that_once_did_not(string example)
    {
        for (var seed = 0; seed < 4; seed++)
        {
            Converge(Examples[example].Before, Examples[example].Changes, seed);
        }
    }

    public static TheoryData<string> Found => new(Examples.Keys);

    private static readonly Dictionary<string, (Schedule Before, Step[] Changes)> Examples = new()
    {
        ["the report that a drain is over, and a deletion that leaves no time for it"] = (
            Serving(
                new Step.RequestDrain(0, true),
                new Step.Plan(),
                new Step.Obey(0),
                new Step.Wait(11_000),
                new Step.Release(0, 100),
                new Step.Wait(20_000)
            ),
            [new Step.Report(0), new Step.DeletePod(0, 0)]
        ),
        ["a drain of the sidecar's own, and a deletion, while a drain by choice is on"] = (
            Serving(new Step.SetReady(0, false), new Step.Plan(), new Step.WaitForWake()),
            [new Step.EndSidecar(0, DrainReason.Sigterm), new Step.Report(0), new Step.DeletePod(0, 30)]
        ),
        ["a sidecar that starts anew after a drain of its own, and readiness that is lost"] = (
            Serving(new Step.EndSidecar(0, DrainReason.PreStop), new Step.Report(0)),
            [new Step.RestartSidecar(0), new Step.Report(0), new Step.SetReady(0, false)]
        ),
    };

    private static Schedule Serving(params Step[] then) =>
        new(
            new PoolSpec
            {
                Drain = new DrainSpec
                {
                    Deadline = TimeSpan.FromSeconds(60),
                    RampDown = TimeSpan.FromSeconds(10),
                    MinAvailable = new Quantity(0, IsPercent: false),
                },
                SlowStart = new SlowStartSpec { Duration = TimeSpan.FromSeconds(30) },
            },
            [new Step.CreatePod(0), new Step.SetReady(0, true), new Step.Report(0), new Step.Plan(), .. then]
        );

    private static void Try(Schedule schedule, int seed)
    {
        var half = schedule.Steps.Count / 2;
        var changes = schedule
            .Steps.Skip(half)
            .Where(s => s is not (Step.Wait or Step.WaitForWake or Step.Plan or Step.Pause or Step.RestartOperator));
        Converge(schedule with { Steps = [.. schedule.Steps.Take(half)] }, changes, seed);
    }

    private static void Converge(Schedule before, IEnumerable<Step> changes, int seed)
    {
        var pool = new SimulatedPool(before.Spec);
        foreach (var step in before.Steps.Append(new Step.Plan()))
        {
            pool.Take(step);
        }
        pool.Wait(TimeSpan.FromMilliseconds(1));
        var from = pool.Snapshot;
        foreach (var step in changes)
        {
            pool.Take(step);
        }
        var to = pool.Snapshot;

        var one = Arrive(from, to, pool.Now, new Random(seed));
        var other = Arrive(from, to, pool.Now, new Random(seed + 1));
        Outcome(other).ShouldBeTheSame(Outcome(one));
    }

    [Fact]
    public void Members_that_contend_for_the_floor_drain_in_the_same_number_in_any_order() =>
        Check.That(
            (
                from members in Gen.Choose(1, 6)
                from asked in Gen.Choose(0, 6)
                from floor in Gen.Choose(0, 6)
                from seed in Gen.Choose(0, 1_000)
                select (members, asked: Math.Min(asked, members), floor: Math.Min(floor, members), seed)
            ).ToArbitrary(),
            input =>
            {
                var now = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
                var names = Enumerable.Range(0, input.members).Select(i => $"pod-{i}").ToArray();
                var scenario = new Scenario(minAvailable: input.floor).WithActive(names);
                var from = scenario.Snapshot;
                var random = new Random(input.seed);
                random.Shuffle(names);
                foreach (var name in names.Take(input.asked))
                {
                    scenario.Pod(name, p => p with { DrainRequested = true });
                }
                var plan = Arrive(from, scenario.Snapshot, scenario.Now, random);
                plan.Summary.Draining.ShouldBe(Math.Min(input.asked, input.members - input.floor));
                plan.Summary.Available.ShouldBeGreaterThanOrEqualTo(input.floor);
                plan.Summary.HeldBack.Count.ShouldBe(input.asked - plan.Summary.Draining);
            }
        );

    /// <summary>Replaces the facts that differ one by one, in random order, and plans after each.</summary>
    private static PoolPlan Arrive(PoolSnapshot from, PoolSnapshot to, DateTimeOffset now, Random random)
    {
        var podUids = from.Pods.Concat(to.Pods).Select(p => (p.Uid, IsPod: true));
        var memberUids = from.Members.Concat(to.Members).Select(m => (m.Uid, IsPod: false));
        var changes = podUids.Concat(memberUids).Distinct().ToArray();
        random.Shuffle(changes);
        var current = from;
        var plan = PoolPlanner.Plan(current, now);
        foreach (var (uid, isPod) in changes)
        {
            current = current with { Records = [.. plan.Members.Select(m => m.Record)] };
            current = isPod
                ? current with
                {
                    Pods = [.. current.Pods.Where(p => p.Uid != uid), .. to.Pods.Where(p => p.Uid == uid)],
                }
                : current with
                {
                    Members = [.. current.Members.Where(m => m.Uid != uid), .. to.Members.Where(m => m.Uid == uid)],
                };
            plan = PoolPlanner.Plan(current, now);
        }
        return plan;
    }

    /// <summary>All but the times at which phases were entered, which a detour within the instant may move.</summary>
    private static PoolPlan Outcome(PoolPlan plan) =>
        plan with
        {
            Members = [.. plan.Members.Select(m => m with { Record = Timeless(m.Record) })],
        };

    private static MemberRecord Timeless(MemberRecord record) => record with { Since = default, InServiceSince = null };
}
