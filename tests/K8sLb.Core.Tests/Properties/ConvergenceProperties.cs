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

    /// <summary>Found by the above: a deletion known before the report that the drain was over made the deadline pass.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_report_that_a_drain_is_over_and_the_deletion_of_its_pod_may_come_in_any_order(int seed) =>
        Try(
            new Schedule(
                new PoolSpec
                {
                    Drain = new DrainSpec
                    {
                        Deadline = TimeSpan.FromSeconds(60),
                        RampDown = TimeSpan.Zero,
                        MinAvailable = new Quantity(0, IsPercent: false),
                    },
                    SlowStart = new SlowStartSpec { Duration = TimeSpan.FromSeconds(30) },
                },
                [
                    new Step.CreatePod(0),
                    new Step.SetReady(0, true),
                    new Step.Report(0),
                    new Step.RequestDrain(0, true),
                    new Step.Plan(),
                    new Step.Obey(0),
                    new Step.Release(0, 100),
                    new Step.Wait(31_000),
                ]
            ),
            [new Step.Report(0), new Step.DeletePod(0, 0)],
            seed
        );

    private static void Try(Schedule schedule, int seed)
    {
        Step[] steps = [.. schedule.Steps.Where(s => !IsPathDependent(s, schedule))];
        var half = steps.Length / 2;
        var changes = steps
            .Skip(half)
            .Where(s => s is not (Step.Wait or Step.WaitForWake or Step.Plan or Step.Pause or Step.RestartOperator));
        Try(schedule with { Steps = steps[..half] }, changes, seed);
    }

    /// <summary>
    /// What becomes of a drain of the sidecar's own depends on what was before, on purpose, and a record does not tell whether that
    /// was in this very instant. One that takes the place of a drain goes on with its release if the pod was being deleted, and begins
    /// anew if that drain could have been taken back. A sidecar that starts anew after it comes back into service, so that a readiness
    /// that is lost then is a reason to drain.
    /// </summary>
    private static bool IsPathDependent(Step step, Schedule schedule)
    {
        return step switch
        {
            Step.RestartSidecar(var pod) => DrainsOnItsOwn(pod),
            Step.DeletePod(var pod, _) => DrainsOnItsOwn(pod),
            _ => false,
        };

        bool DrainsOnItsOwn(int pod) => schedule.Steps.Any(s => s is Step.EndSidecar end && end.Pod == pod);
    }

    private static void Try(Schedule before, IEnumerable<Step> changes, int seed)
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
