using K8sLb.Kubernetes.Models;
using K8sLb.TestKit;
using static K8sLb.Kubernetes.Tests.TestObjects;

namespace K8sLb.Kubernetes.Tests.Control;

[Collection(ControlPlaneCollection.Name)]
public sealed class ControllerLoopTests(ControlPlaneFixture cluster)
{
    private readonly KubernetesClient client = cluster.Client;

    [Fact]
    public async Task A_controller_gets_the_latest_state_and_at_last_the_deletion()
    {
        await using var loop = await StartAsync((_, _) => Task.FromResult<TimeSpan?>(null));
        await client.CreateAsync(ConfigMap(loop.Namespace, "a", ("key", "1")));
        await loop.CalledAsync("reconcile a 1");
        await client.ApplyAsync(ConfigMap(loop.Namespace, "a", ("key", "2")), "test", force: true);
        await loop.CalledAsync("reconcile a 2");

        await client.DeleteAsync<V1ConfigMap>("a", loop.Namespace);

        await loop.CalledAsync("delete a 2");
    }

    [Fact]
    public async Task A_namesake_is_reconciled_after_the_deletion_of_the_first_one()
    {
        var hold = new TaskCompletionSource();
        await using var loop = await StartAsync(
            async (map, _) =>
            {
                if (map.Data!["key"] == "hold")
                {
                    await hold.Task;
                }
                return null;
            }
        );
        await client.CreateAsync(ConfigMap(loop.Namespace, "a", ("key", "hold")));
        await loop.CalledAsync("reconcile a hold");

        await client.DeleteAsync<V1ConfigMap>("a", loop.Namespace);
        await client.CreateAsync(ConfigMap(loop.Namespace, "a", ("key", "new")));
        await loop.StoreHasAsync("a", map => map.Data!["key"] == "new");
        hold.SetResult();

        await loop.CalledAsync("reconcile a new");
        loop.Calls.ShouldBe(["reconcile a hold", "delete a hold", "reconcile a new"]);
    }

    [Fact]
    public async Task A_failing_entity_is_tried_again_and_delays_nobody_else()
    {
        var tries = 0;
        await using var loop = await StartAsync(
            (map, _) =>
                map.Name() == "bad" && Interlocked.Increment(ref tries) <= 3
                    ? Task.FromException<TimeSpan?>(new InvalidOperationException("not yet"))
                    : Task.FromResult<TimeSpan?>(null)
        );
        await client.CreateAsync(ConfigMap(loop.Namespace, "bad", ("key", "1")));
        await client.CreateAsync(ConfigMap(loop.Namespace, "good", ("key", "1")));

        await loop.CalledAsync("reconcile good 1");
        await loop.CalledAsync("reconcile bad 1", times: 4);
    }

    [Fact]
    public async Task An_entity_that_hangs_is_given_up_and_tried_again()
    {
        await using var loop = await StartAsync(
            async (_, stop) =>
            {
                await Endless.UntilCancelledAsync(stop);
                return null;
            },
            options => options with { ReconcileTimeout = TimeSpan.FromMilliseconds(100) }
        );
        await client.CreateAsync(ConfigMap(loop.Namespace, "a", ("key", "1")));

        await loop.CalledAsync("reconcile a 1", times: 2);
    }

    [Fact]
    public async Task An_entity_comes_back_when_it_asked_to_or_somebody_enqueues_it()
    {
        var first = true;
        await using var loop = await StartAsync(
            (_, _) =>
            {
                var again = first ? TimeSpan.FromMilliseconds(50) : (TimeSpan?)null;
                first = false;
                return Task.FromResult(again);
            }
        );
        await client.CreateAsync(ConfigMap(loop.Namespace, "a", ("key", "1")));
        await loop.CalledAsync("reconcile a 1", times: 2);

        loop.Loop.Enqueue(new ObjectKey(loop.Namespace, "a"));
        await loop.CalledAsync("reconcile a 1", times: 3);
        loop.Loop.EnqueueAfter(new ObjectKey(loop.Namespace, "a"), TimeSpan.FromMilliseconds(20));
        await loop.CalledAsync("reconcile a 1", times: 4);
    }

    [Fact]
    public async Task What_a_stop_interrupted_is_done_when_the_loop_runs_again()
    {
        var first = true;
        await using var loop = await StartAsync(
            async (_, stop) =>
            {
                if (first)
                {
                    first = false;
                    await Endless.UntilCancelledAsync(stop);
                }
                return null;
            }
        );
        await client.CreateAsync(ConfigMap(loop.Namespace, "a", ("key", "1")));
        await loop.CalledAsync("reconcile a 1");

        await loop.StopAsync();
        loop.Calls.Count.ShouldBe(1);
        loop.StartAgain();

        await loop.CalledAsync("reconcile a 1", times: 2);
    }

    private async Task<RunningController> StartAsync(
        Func<V1ConfigMap, CancellationToken, Task<TimeSpan?>> reconcile,
        Func<ControllerOptions, ControllerOptions>? configure = null
    )
    {
        var options = new ControllerOptions
        {
            Name = "test",
            RetryBackoff = new BackoffOptions { Initial = TimeSpan.FromMilliseconds(20) },
        };
        return new RunningController(
            client,
            await cluster.NewNamespaceAsync(),
            reconcile,
            configure?.Invoke(options) ?? options
        );
    }
}
