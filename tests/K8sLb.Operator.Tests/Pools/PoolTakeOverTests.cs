using K8sLb.Operator.Api;
using K8sLb.Protocol;

namespace K8sLb.Operator.Tests.Pools;

/// <summary>An operator that begins where another one ended.</summary>
public sealed class PoolTakeOverTests
{
    [Fact]
    public async Task A_drain_goes_on_with_its_times_under_the_next_operator()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c"));
        bench.AttachAll("a", "b", "c");
        bench.Run.Reconcile();
        bench.Set(Sample.Pod("a", annotations: ("k8slb.io/drain", "true")));
        bench.Run.Reconcile();
        var begun = bench.Self("a").Drain.ShouldNotBeNull();
        bench.Time.Advance(TimeSpan.FromSeconds(20));
        bench.Run.Reconcile();
        await bench.WrittenAsync(s => s.Endpoints?.Any(e => e.Drain is not null) == true, "the drain is in the status");

        await bench.RestartAsync();
        bench.AttachAll("a", "b", "c");
        bench.Run.Reconcile();

        bench.Self("a").Drain.ShouldBe(begun);
        bench.Run.Channel.Current!.Epoch.ShouldBe(2);
        bench
            .Events.All.Count(e => e.StartsWith("BackendPool/shop: DrainStarted", StringComparison.Ordinal))
            .ShouldBe(1);
    }

    [Fact]
    public async Task A_status_stands_until_the_members_are_back_or_were_waited_for()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Sample.Pod("b"));
        bench.AttachAll("a", "b");
        bench.Run.Reconcile();
        await bench.WrittenAsync(s => s is { Version: not null, Members.Ready: 2 }, "both are ready");
        var before = bench.Written!;

        await bench.RestartAsync();
        bench.Attach("a");
        bench.Run.Reconcile();
        bench.Time.Advance(TimeSpan.FromSeconds(6));
        bench.Run.Reconcile();
        bench.Written.ShouldBeSameAs(before, "it would say less than the one before");

        bench.Time.Advance(TimeSpan.FromSeconds(2));
        bench.Run.Reconcile();
        await bench.WrittenAsync(s => s.Version > before.Version, "it has waited long enough");
    }

    [Fact]
    public async Task An_ejection_lasts_as_long_under_the_next_operator()
    {
        var pool = Sample.Pool("shop");
        pool.Spec!.OutlierDetection = new BackendPoolOutlierDetection { MaxEjectionPercent = 40 };
        await using var bench = new PoolBench(pool);
        bench.Set(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c"));
        var failing = PoolBench.Quiet with
        {
            Local = new()
            {
                InFlight = 0,
                Served = 20,
                Failed = 5,
                FailuresInARow = 5,
            },
        };
        AttachAndReport();
        await bench.WrittenAsync(s => s.Endpoints?.Any(e => e.Ejection is not null) == true, "it is in the status");

        await bench.RestartAsync();
        AttachAndReport();

        Availability().ShouldBe(MemberAvailability.Unavailable);
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        AttachAndReport();
        Availability().ShouldBe(MemberAvailability.Available, "the same failures do not count twice");
        bench.Events.All.Count(e => e.StartsWith("BackendPool/shop: Ejected", StringComparison.Ordinal)).ShouldBe(1);

        void AttachAndReport()
        {
            bench.Attach("a").OnReport(failing, bench.Time.GetUtcNow());
            bench.Attach("b").OnReport(PoolBench.Quiet, bench.Time.GetUtcNow());
            bench.Attach("c").OnReport(PoolBench.Quiet, bench.Time.GetUtcNow());
            bench.Run.Reconcile();
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            bench.Run.Reconcile();
        }

        MemberAvailability Availability() => bench.Published!.Members.Single(m => m.Name == "a").Availability;
    }

    [Fact]
    public async Task A_drain_that_was_never_written_down_is_known_from_the_sidecar()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a", annotations: ("k8slb.io/drain", "true")), Sample.Pod("b"));
        var start = bench.Time.GetUtcNow() - TimeSpan.FromSeconds(10);
        var report = new DrainReport
        {
            Id = "of the operator before",
            Reason = DrainReason.Requested,
            StartedAt = start,
            Deadline = start + TimeSpan.FromSeconds(60),
            Progress = DrainProgress.Releasing,
        };

        bench.Attach("a", report);
        bench.Attach("b");
        bench.Run.Reconcile();

        var drain = bench.Self("a").Drain.ShouldNotBeNull();
        drain.Id.ShouldBe("of the operator before");
        drain.Deadline.ShouldBe(report.Deadline);
    }
}
