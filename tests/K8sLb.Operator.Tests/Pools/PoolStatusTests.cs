using K8sLb.Operator.Api;
using K8sLb.Protocol;

namespace K8sLb.Operator.Tests.Pools;

/// <summary>What people are told in status, conditions and events of what was found and decided.</summary>
public sealed class PoolStatusTests
{
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
            PoolBench.Quiet with
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

        ailing.OnReport(PoolBench.Quiet with { Health = new() { Healthy = true } }, bench.Time.GetUtcNow());
        bench.Run.Reconcile();

        bench.Self("a").Drain.ShouldBeNull();
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
            PoolBench.Quiet with
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
                s.Condition(ConditionTypes.Degraded) is { Status: "True", Reason: ConditionReasons.StateRefused } c
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
        b.OnReport(PoolBench.Quiet, bench.Time.GetUtcNow());

        bench.Run.Reconcile();

        await bench.WrittenAsync(
            s => s.Condition(ConditionTypes.Degraded) is { Status: "True", Message: "No word from: a" },
            "the condition names the lost member"
        );
        bench.Published!.Members.Single(m => m.Name == "a").Availability.ShouldBe(MemberAvailability.Unavailable);
    }

    [Fact]
    public async Task A_condition_keeps_its_time_while_its_status_stays()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"));
        bench.Run.Reconcile();
        await bench.WrittenAsync(s => s.Condition(ConditionTypes.Programmed)?.Status == "False", "not programmed");
        var start = bench.Written!.Condition(ConditionTypes.Accepted)!.LastTransitionTime;
        bench.Time.Advance(TimeSpan.FromSeconds(30));
        var later = bench.Time.GetUtcNow();

        bench.Attach("a").OnAcknowledged(1, later);
        bench.Run.Reconcile();

        await bench.WrittenAsync(s => s.Condition(ConditionTypes.Programmed)?.Status == "True", "programmed");
        bench.Written!.Condition(ConditionTypes.Accepted)!.LastTransitionTime.ShouldBe(start);
        bench
            .Written!.Condition(ConditionTypes.Programmed)!
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
}
