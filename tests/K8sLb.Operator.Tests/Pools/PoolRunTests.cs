using K8sLb.Core;
using K8sLb.Operator.Api;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Pools;
using K8sLb.Protocol;
using DrainProgress = K8sLb.Protocol.DrainProgress;
using DrainReason = K8sLb.Protocol.DrainReason;

namespace K8sLb.Operator.Tests.Pools;

public sealed class PoolRunTests
{
    private static readonly MemberReport Quiet = new()
    {
        Connections = new ConnectionCounts(),
        Totals = new ConnectionTotals(),
    };

    [Fact]
    public async Task The_first_publication_waits_until_every_ready_member_has_attached()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Sample.Pod("b"), NotReady("c"));
        bench.Attach("a");

        bench.Run.Reconcile();
        bench.Published.ShouldBeNull();

        bench.Attach("b");
        bench.Run.Reconcile();
        bench.Published!.Members.Where(m => m.PeerAddress.Length > 0).Select(m => m.Name).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task The_first_publication_does_not_wait_for_ever()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Sample.Pod("b"));
        bench.Attach("a");

        bench.Run.Reconcile().ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(7));
        bench.Published.ShouldBeNull();
        bench.Time.Advance(TimeSpan.FromSeconds(7));
        bench.Run.Reconcile();

        bench.Published!.Members.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Members_learn_each_others_addresses_and_credentials()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a", annotations: ("k8slb.io/weight", "50")), Sample.Pod("b"));
        bench.Attach("a");
        bench.Attach("b");

        bench.Run.Reconcile();

        var a = bench.Published!.Members.Single(m => m.Name == "a");
        a.PeerAddress.ShouldBe("127.0.0.1");
        a.PeerPort.ShouldBe(15008);
        a.PeerCredential.ShouldBe("credential-a");
        a.Weight.ShouldBe(50);
        a.Availability.ShouldBe(MemberAvailability.Available);
        bench.Published.Policy.Drain.RampDownMs.ShouldBe(5000);
        bench.Published.Policy.Ports.Single().TargetPort.ShouldBe(8080);
    }

    [Fact]
    public async Task The_same_facts_again_change_nothing()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"));
        var session = bench.Attach("a");
        bench.Run.Reconcile();
        var version = bench.Run.Channel.Current!.Version;

        session.OnReport(Quiet, bench.Time.GetUtcNow());
        bench.Run.Reconcile();

        bench.Run.Channel.Current!.Version.ShouldBe(version);
    }

    [Fact]
    public async Task A_member_whose_health_check_fails_is_drained_and_comes_back()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c"));
        var ailing = bench.Attach("a");
        bench.Attach("b");
        bench.Attach("c");
        bench.Run.Reconcile();
        bench.Time.Advance(TimeSpan.FromSeconds(1));

        ailing.OnReport(
            Quiet with
            {
                Health = new() { Healthy = false, Message = "GET /healthz was answered with 503" },
            },
            bench.Time.GetUtcNow()
        );
        bench.Run.Reconcile();

        bench.Self("a").Drain.ShouldNotBeNull().Reason.ShouldBe(DrainReason.HealthCheckFailed);
        bench.Published!.Members.Single(m => m.Name == "a").Availability.ShouldBe(MemberAvailability.Unavailable);
        await bench.WrittenAsync(
            s =>
                s.Endpoints?.Any(e => e.Message == "the health check failed: GET /healthz was answered with 503")
                == true,
            "the status tells what was found"
        );

        ailing.OnReport(Quiet with { Health = new() { Healthy = true } }, bench.Time.GetUtcNow());
        bench.Run.Reconcile();

        bench.Self("a").Drain.ShouldBeNull();
    }

    [Fact]
    public async Task A_drain_goes_on_with_its_times_under_the_next_operator()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c"));
        bench.Attach("a");
        bench.Attach("b");
        bench.Attach("c");
        bench.Run.Reconcile();
        bench.Set(Sample.Pod("a", annotations: ("k8slb.io/drain", "true")));
        bench.Run.Reconcile();
        var begun = bench.Self("a").Drain.ShouldNotBeNull();
        bench.Time.Advance(TimeSpan.FromSeconds(20));
        bench.Run.Reconcile();
        await bench.WrittenAsync(s => s.Endpoints?.Any(e => e.Drain is not null) == true, "the drain is in the status");

        await bench.RestartAsync();
        bench.Attach("a");
        bench.Attach("b");
        bench.Attach("c");
        bench.Run.Reconcile();

        bench.Self("a").Drain.ShouldBe(begun);
        bench.Run.Channel.Current!.Epoch.ShouldBe(2);
        bench
            .Events.All.Count(e => e.StartsWith("BackendPool/shop: DrainStarted", StringComparison.Ordinal))
            .ShouldBe(1);
    }

    [Fact]
    public async Task A_circuit_that_opens_shows_in_message_and_events()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Sample.Pod("b"));
        var failing = bench.Attach("a");
        bench.Attach("b");
        bench.Run.Reconcile();
        bench.Time.Advance(TimeSpan.FromSeconds(1));

        failing.OnReport(
            Quiet with
            {
                Circuit = new() { State = CircuitState.Open, PauseMs = 5_000 },
            },
            bench.Time.GetUtcNow()
        );
        bench.Run.Reconcile();

        await bench.WrittenAsync(
            s =>
                s.Endpoints?.Any(e =>
                    e.CircuitOpenSince is not null
                    && e.Message!.EndsWith(
                        "; its circuit is open: nothing for 5 s after failures in a row",
                        StringComparison.Ordinal
                    )
                ) == true,
            "the status says so"
        );
        bench.Events.All.ShouldContain(e =>
            e.StartsWith("BackendPool/shop: CircuitOpened: a: its circuit is open", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_ejection_lasts_as_long_under_the_next_operator()
    {
        var pool = Sample.Pool("shop");
        pool.Spec!.OutlierDetection = new BackendPoolOutlierDetection { MaxEjectionPercent = 40 };
        await using var bench = new PoolBench(pool);
        bench.Set(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c"));
        var failing = Quiet with
        {
            Local = new()
            {
                InFlight = 0,
                Served = 20,
                Failed = 5,
                FailuresInARow = 5,
            },
        };
        AttachAll();
        await bench.WrittenAsync(s => s.Endpoints?.Any(e => e.Ejection is not null) == true, "it is in the status");

        await bench.RestartAsync();
        AttachAll();

        Availability().ShouldBe(MemberAvailability.Unavailable);
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        AttachAll();
        Availability().ShouldBe(MemberAvailability.Available, "the same failures do not count twice");
        bench.Events.All.Count(e => e.StartsWith("BackendPool/shop: Ejected", StringComparison.Ordinal)).ShouldBe(1);

        void AttachAll()
        {
            bench.Attach("a").OnReport(failing, bench.Time.GetUtcNow());
            bench.Attach("b").OnReport(Quiet, bench.Time.GetUtcNow());
            bench.Attach("c").OnReport(Quiet, bench.Time.GetUtcNow());
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

    [Fact]
    public async Task A_sidecar_that_refuses_its_state_shows_in_condition_and_events()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"));
        var session = bench.Attach("a");
        bench.Run.Reconcile();

        session.OnRefused(1, "ports[0].port: 15080: already taken", bench.Time.GetUtcNow());
        bench.Run.Reconcile();
        bench.Run.Reconcile();

        await bench.WrittenAsync(
            s =>
                Condition(s, ConditionTypes.Degraded) is { Status: "True", Reason: ConditionReasons.StateRefused } c
                && c.Message.Contains("a (version 1: ports[0].port: 15080: already taken)", StringComparison.Ordinal),
            "the condition names the member and its error"
        );
        bench
            .Events.All.Count(e =>
                e == "BackendPool/shop: StateRefused: a: version 1: ports[0].port: 15080: already taken"
            )
            .ShouldBe(1);
    }

    [Fact]
    public async Task A_member_that_falls_silent_is_lost_and_named()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Sample.Pod("b"));
        bench.Attach("a").Detach();
        var b = bench.Attach("b");
        bench.Run.Reconcile();
        bench.Time.Advance(TimeSpan.FromSeconds(16));
        b.OnReport(Quiet, bench.Time.GetUtcNow());

        bench.Run.Reconcile();

        await bench.WrittenAsync(
            s => Condition(s, ConditionTypes.Degraded) is { Status: "True", Message: "No word from: a" },
            "the condition names the lost member"
        );
        bench.Published!.Members.Single(m => m.Name == "a").Availability.ShouldBe(MemberAvailability.Unavailable);
    }

    [Fact]
    public async Task A_status_that_cannot_be_written_delays_no_decision()
    {
        await using var bench = new PoolBench { Server = _ => new TaskCompletionSource().Task };
        bench.Set(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c"));
        bench.Attach("a");
        bench.Attach("b");
        bench.Attach("c");
        bench.Run.Reconcile();

        bench.Set(Sample.Pod("a", annotations: ("k8slb.io/drain", "true")));
        bench.Run.Reconcile();

        bench.Self("a").Drain.ShouldNotBeNull();
        bench.Written.ShouldBeNull();
    }

    [Fact]
    public async Task A_bad_spec_leaves_the_sidecars_with_the_last_good_one()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"));
        bench.Attach("a");
        bench.Run.Reconcile();
        var bad = Sample.Pool("shop", generation: 2);
        bad.Spec!.Drain.RampDown = "2h";

        bench.Set(bad);
        bench.Run.Reconcile();

        await bench.WrittenAsync(
            s =>
                s.ObservedGeneration == 2
                && Condition(s, ConditionTypes.Accepted) is { Status: "False", Reason: ConditionReasons.Invalid } c
                && c.Message
                    == "spec.drain.rampDown: \"2h\": must be shorter than deadline (60s); the last valid spec stays in force",
            "the condition names the field"
        );
        bench.Published!.Policy.Drain.RampDownMs.ShouldBe(5000);
        bench.Events.All.ShouldContain(e =>
            e.StartsWith("BackendPool/shop: NotAccepted: Invalid: spec.drain.rampDown")
        );

        bench.Set(Sample.Pool("shop", generation: 3));
        bench.Run.Reconcile();
        bench.Events.All.ShouldContain("BackendPool/shop: Accepted: The spec is in force");
    }

    [Fact]
    public async Task A_pool_that_was_never_good_says_so_and_keeps_what_is_known_of_its_members()
    {
        var bad = Sample.Pool("shop");
        bad.Spec!.Ports!.Clear();
        bad.Status = new BackendPoolStatus
        {
            Endpoints =
            [
                new EndpointStatus
                {
                    Pod = "a",
                    Uid = "uid-a",
                    Phase = MemberPhase.Draining,
                },
            ],
        };
        await using var bench = new PoolBench(bad);

        bench.Run.Reconcile();

        await bench.WrittenAsync(
            s =>
                Condition(s, ConditionTypes.Accepted) is { Status: "False" }
                && Condition(s, ConditionTypes.Programmed) is { Reason: ConditionReasons.NeverAccepted },
            "the conditions say so"
        );
        bench.Written!.Endpoints!.Single().Phase.ShouldBe(MemberPhase.Draining);
        bench.Published.ShouldBeNull();
    }

    [Fact]
    public async Task A_condition_keeps_its_time_while_its_status_stays()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"));
        bench.Run.Reconcile();
        await bench.WrittenAsync(s => Condition(s, ConditionTypes.Programmed)?.Status == "False", "not programmed");
        var start = Condition(bench.Written!, ConditionTypes.Accepted)!.LastTransitionTime;
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        var later = bench.Time.GetUtcNow();

        bench.Attach("a").OnAcknowledged(1, later);
        bench.Run.Reconcile();

        await bench.WrittenAsync(s => Condition(s, ConditionTypes.Programmed)?.Status == "True", "programmed");
        Condition(bench.Written!, ConditionTypes.Accepted)!.LastTransitionTime.ShouldBe(start);
        Condition(bench.Written!, ConditionTypes.Programmed)!
            .LastTransitionTime.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(later.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task The_status_of_a_large_pool_is_bounded_and_keeps_drains()
    {
        await using var bench = new PoolBench();
        bench.Set([.. Enumerable.Range(0, 300).Select(i => Sample.Pod($"pod-{i:000}"))]);
        for (var i = 0; i < 300; i++)
        {
            bench.Attach($"pod-{i:000}");
        }
        bench.Run.Reconcile();
        bench.Set(Sample.Pod("pod-299", annotations: ("k8slb.io/drain", "true")));
        bench.Run.Reconcile();

        await bench.WrittenAsync(s => s.Members?.Draining == 1, "the drain is in the status");
        bench.Written!.Members!.Total.ShouldBe(300);
        bench.Written.Endpoints!.Count.ShouldBe(200);
        bench.Written.EndpointsOmitted.ShouldBe(100);
        bench.Written.Endpoints.ShouldContain(e => e.Pod == "pod-299");
    }

    [Fact]
    public async Task A_bad_annotation_is_told_once()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a", annotations: ("k8slb.io/weight", "heavy")));
        bench.Run.Reconcile();
        bench.Run.Reconcile();

        bench.Events.All.Count(e => e.Contains("InvalidAnnotation", StringComparison.Ordinal)).ShouldBe(1);
        bench.Events.All.ShouldContain(
            "BackendPool/shop: InvalidAnnotation: a: k8slb.io/weight: \"heavy\": must be a whole number from 0 to 1000; ignored"
        );
    }

    [Fact]
    public async Task The_stream_of_a_pod_that_is_gone_ends()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"));
        var session = bench.Attach("a");
        bench.Run.Reconcile();

        bench.Set(Sample.Pod("a", app: "another"));
        bench.Run.Reconcile();

        session.Closing!.Reason.ShouldBe("the pod is gone, or another pool has it");
        bench.Published!.Members.ShouldBeEmpty();
    }

    private static Kubernetes.Models.V1Pod NotReady(string name)
    {
        var pod = Sample.Pod(name);
        pod.Status!.Phase = "Pending";
        return pod;
    }

    private static Kubernetes.Models.V1Condition? Condition(BackendPoolStatus status, string type) =>
        status.Conditions?.SingleOrDefault(c => c.Type == type);
}
