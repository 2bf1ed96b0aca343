using K8sLb.EndToEnd.Tests.Harness;
using K8sLb.Kubernetes.Models;
using K8sLb.Load;
using K8sLb.TestKit;

namespace K8sLb.EndToEnd.Tests;

/// <summary>Operators and the API server go away under steady mixed load; no client may see any of it.</summary>
[Collection(EndToEndSuite.Name)]
public sealed class HighAvailabilityTests(EndToEndFixture cluster)
{
    [Fact]
    public Task Operators_killed_in_turn_and_all_at_once_in_mid_rollout_cost_no_request() => KillAllAsync(rounds: 1);

    [Fact]
    [Trait("Category", "Long")]
    public Task Operators_killed_again_and_again_in_mid_rollout_cost_no_request() => KillAllAsync(rounds: 4);

    [Fact]
    public Task An_API_server_that_is_away_for_a_moment_costs_no_request() =>
        LoseApiServerAsync(TimeSpan.FromSeconds(8));

    [Fact]
    [Trait("Category", "Long")]
    public Task An_API_server_that_is_away_for_a_minute_costs_no_request() =>
        LoseApiServerAsync(TimeSpan.FromMinutes(1));

    private async Task KillAllAsync(int rounds)
    {
        await using var shop = await Shop.OpenAsync(cluster, withSidecar: true, operators: 2);
        await using var history = new StatusHistory(cluster.Client, shop.Namespace);
        await using var load = LoadRun.Start(RollingRestartTests.Mix, shop.Target);
        for (var round = 0; round < rounds; round++)
        {
            var before = shop.PodNames;
            await shop.BeginRestartAsync();
            await shop.SomebodyDrainsAsync();
            for (var turn = 0; turn < shop.Operators.Count; turn++)
            {
                var (leader, transitions) = await LeaderAsync(shop);
                await leader.KillAsync();
                await LedAfterAsync(transitions);
                leader.Start();
            }
            var (_, last) = await LeaderAsync(shop);
            await Task.WhenAll(shop.Operators.Select(o => o.KillAsync()));
            shop.Operators.ForEach(o => o.Start());
            await LedAfterAsync(last);
            await shop.RestartedAsync(before);
            await shop.AllInServiceAsync();
        }
        var report = await load.StopAsync();
        RollingRestartTests.ShouldHaveLostNothing(shop, report);
        history.StepsBack.ShouldBeEmpty();
        history.DrainsFollowed.ShouldBeGreaterThan(0);
    }

    private async Task LoseApiServerAsync(TimeSpan away)
    {
        await using var shop = await Shop.OpenAsync(cluster, withSidecar: true, operators: 2);
        await using var history = new StatusHistory(cluster.Client, shop.Namespace);
        await using var load = LoadRun.Start(RollingRestartTests.Mix, shop.Target);
        await shop.AllInServiceAsync();
        var (_, transitions) = await LeaderAsync(shop);
        var asked = cluster.Plane.Audit.Read().Count;

        await cluster.Plane.KillApiServerAsync();
        // Nothing is waited for: this is how long it is away.
        await Task.Delay(away);
        await cluster.Plane.StartApiServerAsync();
        await LedAfterAsync(transitions);
        await shop.AllInServiceAsync();

        var requests = cluster.Plane.Audit.Read().Skip(asked).Where(r => shop.IsOperator(r.User)).ToArray();
        requests.Count(r => r.Verb == "list").ShouldBeLessThanOrEqualTo(4, "two replicas, pods and pools");
        requests.Count(r => r.Verb == "watch").ShouldBeLessThanOrEqualTo(12);
        requests.Count(r => r.Resource == "tokenreviews").ShouldBeLessThanOrEqualTo(2 * Shop.Replicas);

        var before = shop.PodNames;
        await shop.BeginRestartAsync();
        await shop.RestartedAsync(before);
        RollingRestartTests.ShouldHaveLostNothing(shop, await load.StopAsync());
        history.StepsBack.ShouldBeEmpty();
    }

    private async Task<(OperatorProcess Leader, int Transitions)> LeaderAsync(Shop shop)
    {
        var spec = (await LeaseAsync())!.Spec!;
        var leader = shop.Operators.Single(o =>
            spec.HolderIdentity!.StartsWith($"{o.PodName}_", StringComparison.Ordinal)
        );
        return (leader, spec.LeaseTransitions!.Value);
    }

    private Task LedAfterAsync(int transitions) =>
        Eventually.IsTrue(
            async () =>
                (await LeaseAsync())?.Spec is { HolderIdentity.Length: > 0 } spec
                && spec.LeaseTransitions > transitions,
            "another term has begun",
            TimeSpan.FromSeconds(90)
        );

    private Task<V1Lease?> LeaseAsync() => cluster.Client.GetAsync<V1Lease>("k8slb-operator", "default");
}
