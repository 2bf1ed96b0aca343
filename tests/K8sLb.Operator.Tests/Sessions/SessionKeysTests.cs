using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Sessions;
using K8sLb.Operator.Tests.Pools;
using K8sLb.Protocol;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Sessions;

/// <summary>How a pool comes by the keys of its sessions.</summary>
public sealed class SessionKeysTests
{
    [Fact]
    public async Task A_pool_that_keeps_sessions_is_published_with_keys_from_the_first()
    {
        await using var bench = Bench();
        var gate = new TaskCompletionSource();
        bench.Keys.Gate = gate.Task;

        bench.Run.Reconcile();
        bench.Published.ShouldBeNull("keys have not been read");
        gate.SetResult();

        await PublishedAsync(bench, s => s is { Keys.Count: 1 });
        var key = bench.Published!.Policy.Sessions!.Keys.Single();
        key.Secret.Length.ShouldBe(32);
        key.Secret.Span.SequenceEqual(bench.Keys.Stored.Single().Secret.Span).ShouldBeTrue();
    }

    [Fact]
    public async Task The_next_operator_goes_on_with_the_same_keys()
    {
        await using var bench = Bench();
        await PublishedAsync(bench, s => s is { Keys.Count: 1 });
        var secret = bench.Published!.Policy.Sessions!.Keys.Single().Secret.ToArray();
        await bench.WrittenAsync(_ => true, "a status");

        await bench.RestartAsync();

        await PublishedAsync(bench, s => s is { Keys.Count: 1 });
        bench.Published!.Policy.Sessions!.Keys.Single().Secret.ToArray().ShouldBe(secret);
    }

    [Fact]
    public async Task Keys_that_cannot_be_had_cost_the_sessions_and_nothing_else()
    {
        await using var bench = Bench();
        bench.Keys.Fails = new SessionKeysException("secrets are forbidden");

        await ReconciledAsync(bench, () => bench.Published is not null, "the pool is published");

        bench.Published!.Policy.Sessions.ShouldBeNull();
        await DegradedAsync(bench, "Sessions are not kept: secrets are forbidden");

        bench.Keys.Fails = null;
        await PublishedAsync(bench, s => s is { Keys.Count: 1 });
        await bench.WrittenAsync(s => s.Condition(ConditionTypes.Degraded)?.Status == "False", "all is well again");
    }

    [Fact]
    public async Task A_rotation_that_fails_leaves_the_keys_of_before_in_use()
    {
        await using var bench = Bench();
        await PublishedAsync(bench, s => s is { Keys.Count: 1 });

        bench.Keys.Fails = new SessionKeysException("the API server is away");

        await DegradedAsync(bench, "The keys of sessions are those of before: the API server is away");
        bench.Published!.Policy.Sessions!.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_next_key_is_handed_round_before_it_signs_and_the_old_one_kept_while_tokens_need_it()
    {
        await using var bench = Bench();
        await PublishedAsync(bench, s => s is { Keys.Count: 1 });

        bench.Time.Advance(TimeSpan.FromHours(20));
        await PublishedAsync(bench, s => s is { Keys.Count: 2 });
        bench.Published!.Policy.Sessions!.Keys[1].NotBefore.ShouldBeGreaterThan(bench.Time.GetUtcNow());
        bench.Time.Advance(TimeSpan.FromHours(6));
        await PublishedAsync(bench, s => s?.Keys is [{ Id: 2 }]);
    }

    [Fact]
    public async Task A_pool_without_tokens_has_no_keys()
    {
        await using var bench = Bench("SourceAddress");

        await ReconciledAsync(bench, () => bench.Published is not null, "the pool is published");

        bench.Published!.Policy.Sessions.ShouldNotBeNull().Kind.ShouldBe(SessionKind.SourceAddress);
        bench.Keys.Stored.ShouldBeEmpty();
    }

    private static PoolBench Bench(string type = "Cookie")
    {
        var pool = Sample.Pool("shop");
        pool.Spec!.Ports![0].Mode = "Proxy";
        pool.Spec.SessionPersistence = new BackendPoolSessionPersistence { Type = type };
        return new PoolBench(pool);
    }

    private static Task PublishedAsync(PoolBench bench, Func<SessionPolicy?, bool> condition) =>
        ReconciledAsync(
            bench,
            () => bench.Published is { } state && condition(state.Policy.Sessions),
            "the pool is published with such keys"
        );

    /// <summary>Looks again and again, as the reconciler does where something has changed, while time goes on.</summary>
    private static Task ReconciledAsync(PoolBench bench, Func<bool> condition, string what) =>
        Eventually.IsTrue(
            () =>
            {
                bench.Time.Advance(TimeSpan.FromMilliseconds(500));
                bench.Run.Reconcile();
                return condition();
            },
            what
        );

    private static Task DegradedAsync(PoolBench bench, string message) =>
        ReconciledAsync(
            bench,
            () =>
                bench.Written is { } status
                && status.Condition(ConditionTypes.Degraded)
                    is { Status: "True", Reason: ConditionReasons.SessionKeysUnavailable } degraded
                && degraded.Message == message,
            $"Degraded says: {message}"
        );
}
