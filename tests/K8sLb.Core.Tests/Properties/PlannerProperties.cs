using K8sLb.Core.Tests.Schedules;

namespace K8sLb.Core.Tests.Properties;

/// <summary>What holds in every schedule, whatever happens in whatever order.</summary>
public sealed class PlannerProperties
{
    [Fact]
    public void A_choice_never_leaves_fewer_than_minAvailable() =>
        ForEveryTurn(turn =>
        {
            var healthy = turn.Plan.Members.Count(IsHealthy);
            var expected = turn.Snapshot.Pods.Count(p => p is { DeletionRequestedAt: null, Terminated: false });
            var floor = Floor(turn.Snapshot.Spec.Drain.MinAvailable, expected);
            turn.Plan.Summary.Floor.ShouldBe(floor);
            foreach (var drain in turn.Plan.Members.Select(m => m.Record).Where(r => IsBeginning(r, turn)))
            {
                healthy.ShouldBeGreaterThanOrEqualTo(floor, $"{drain.Name} {drain.Drain!.Reason}");
            }
        });

    [Fact]
    public void Phases_never_regress() =>
        ForEveryTurn(turn =>
        {
            var records = turn.Snapshot.Records.ToDictionary(r => r.Uid);
            var facts = turn.Snapshot.Members.ToDictionary(f => f.Uid);
            var pods = turn.Snapshot.Pods.ToDictionary(p => p.Uid);
            foreach (var after in turn.Plan.Members.Select(m => m.Record))
            {
                LegalTransitions
                    .Objection(
                        records.GetValueOrDefault(after.Uid),
                        after,
                        pods[after.Uid],
                        facts.GetValueOrDefault(after.Uid)
                    )
                    .ShouldBeNull($"{records.GetValueOrDefault(after.Uid)}\n{after}");
            }
        });

    [Fact]
    public void Planning_again_changes_nothing_and_tells_nothing() =>
        ForEveryTurn(turn =>
        {
            var again = PoolPlanner.Plan(With(turn), turn.Now);
            again.ShouldBeTheSame(turn.Plan);
            again.Events.ShouldBeEmpty();
        });

    [Fact]
    public void The_order_of_the_lists_means_nothing() =>
        ForEveryTurn(turn =>
        {
            var random = new Random(turn.Snapshot.Pods.Count);
            var shuffled = turn.Snapshot with
            {
                Pods = Shuffled(turn.Snapshot.Pods, random),
                Members = Shuffled(turn.Snapshot.Members, random),
                Records = Shuffled(turn.Snapshot.Records, random),
            };
            var other = PoolPlanner.Plan(shuffled, turn.Now);
            other.ShouldBeTheSame(turn.Plan);
            other.Events.ShouldBe(turn.Plan.Events);
        });

    [Fact]
    public void Every_drain_ends_with_a_reason() =>
        Check.That(
            ScheduleArbitrary.Any,
            schedule =>
            {
                var ledger = new DrainLedger();
                var pool = new SimulatedPool(schedule.Spec);
                foreach (var step in schedule.Steps)
                {
                    if (step is Step.RestartOperator { RecordsKept: false })
                    {
                        ledger.Forget();
                    }
                    if (pool.Take(step) is { } turn)
                    {
                        ledger.Book(turn.Plan);
                    }
                }
                // With no further word from anybody, time alone ends what is still open.
                ledger.Book(pool.Plan().Plan);
                for (var wakes = 0; pool.LastPlan!.WakeAt is not null; wakes++)
                {
                    wakes.ShouldBeLessThan(100, "the planner does not come to rest");
                    pool.Take(new Step.WaitForWake());
                    ledger.Book(pool.Plan().Plan);
                }
                ledger.Open.ShouldBeEmpty();
            }
        );

    [Fact]
    public void Time_alone_changes_the_plan_at_WakeAt_and_never_before() =>
        ForEveryTurn(turn =>
        {
            var wake = turn.Plan.WakeAt;
            var quiet = (wake ?? turn.Now.AddDays(1)) - turn.Now;
            quiet.ShouldBeGreaterThan(TimeSpan.Zero);
            foreach (var later in new[] { quiet / 3, quiet - TimeSpan.FromTicks(1) })
            {
                var plan = PoolPlanner.Plan(With(turn), turn.Now + later);
                plan.ShouldBeTheSame(turn.Plan);
                plan.Events.ShouldBeEmpty();
            }
            if (wake is { } due)
            {
                PlanText.Same(PoolPlanner.Plan(With(turn), due), turn.Plan).ShouldBeFalse();
            }
        });

    [Fact]
    public void Weight_goes_to_available_members_only_and_lost_streams_never_empty_a_pool() =>
        ForEveryTurn(turn =>
        {
            turn.Plan.Members.Where(m => !m.Available).ShouldAllBe(m => m.Weight == 0);
            turn.Plan.Members.Where(m => m.Available).ShouldAllBe(m => m.Weight > 0 && m.Weight <= 1000);
            var pods = turn.Snapshot.Pods.ToDictionary(p => p.Uid);
            var couldServe = turn.Plan.Members.Any(m =>
                m.Record.Phase is MemberPhase.Warming or MemberPhase.Active or MemberPhase.Lost
                && pods[m.Record.Uid].Weight != 0
            );
            turn.Plan.Members.Any(m => m.Available).ShouldBe(couldServe);
        });

    private static void ForEveryTurn(Action<Turn> holds) =>
        Check.That(
            ScheduleArbitrary.Any,
            schedule =>
            {
                var pool = new SimulatedPool(schedule.Spec);
                foreach (var step in schedule.Steps)
                {
                    if (pool.Take(step) is { } turn)
                    {
                        holds(turn);
                    }
                }
            }
        );

    private static PoolSnapshot With(Turn turn) =>
        turn.Snapshot with
        {
            Records = [.. turn.Plan.Members.Select(m => m.Record)],
        };

    private static bool IsHealthy(MemberPlan member) =>
        member.Available && member.Record.Phase is MemberPhase.Warming or MemberPhase.Active;

    private static int Floor(Quantity wanted, int expected) =>
        Math.Min(expected, wanted.IsPercent ? (wanted.Value * expected + 99) / 100 : wanted.Value);

    /// <summary>A drain by choice that this plan begins; one that a former operator began is not chosen here.</summary>
    private static bool IsBeginning(MemberRecord record, Turn turn) =>
        record.Drain is { Reason: DrainReason.Requested or DrainReason.ReadinessLost } drain
        && turn.Snapshot.Records.All(r => r.Drain?.Id != drain.Id)
        && turn.Snapshot.Members.All(m => m.Drain?.Id != drain.Id);

    private static T[] Shuffled<T>(IReadOnlyList<T> items, Random random)
    {
        var copy = items.ToArray();
        random.Shuffle(copy);
        return copy;
    }
}
