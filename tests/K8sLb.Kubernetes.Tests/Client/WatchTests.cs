using K8sLb.Kubernetes.Models;
using static K8sLb.Kubernetes.Tests.TestObjects;

namespace K8sLb.Kubernetes.Tests.Client;

[Collection(ControlPlaneCollection.Name)]
public sealed class WatchTests(ControlPlaneFixture cluster)
{
    private readonly KubernetesClient client = cluster.Client;

    [Fact]
    public async Task A_watch_tells_every_change_after_a_version_in_order()
    {
        var ns = await cluster.NewNamespaceAsync();
        var start = (await client.ListAsync<V1ConfigMap>(ns)).Metadata.ResourceVersion;
        var one = await client.CreateAsync(ConfigMap(ns, "a", ("key", "1")));
        await client.UpdateAsync(one with { Data = new Dictionary<string, string> { ["key"] = "2" } });
        await client.DeleteAsync<V1ConfigMap>("a", ns);

        var seen = await client
            .WatchAsync<V1ConfigMap>(ns, start, fieldSelector: "metadata.name=a")
            .Take(3)
            .ToListAsync();

        seen.Select(e => e.Type).ShouldBe([WatchEventType.Added, WatchEventType.Modified, WatchEventType.Deleted]);
        seen.Select(e => e.Entity!.Data!["key"]).ShouldBe(["1", "2", "2"]);
        seen.Select(e => long.Parse(e.ResourceVersion)).ShouldBeInOrder();
    }

    [Fact]
    public async Task A_watch_ends_when_its_time_is_over_and_sends_a_bookmark_before()
    {
        var ns = await cluster.NewNamespaceAsync();
        var start = (await client.ListAsync<V1ConfigMap>(ns)).Metadata.ResourceVersion;

        var watching = client
            .WatchAsync<V1ConfigMap>(
                ns,
                start,
                fieldSelector: "metadata.name=nothing",
                options: new WatchOptions { Timeout = TimeSpan.FromSeconds(4) }
            )
            .ToListAsync()
            .AsTask();
        // Servers send a bookmark only when there was something since, if only elsewhere.
        while (!watching.IsCompleted)
        {
            await client.ApplyAsync(ConfigMap(ns, "elsewhere", ("key", $"{Guid.NewGuid()}")), "test");
        }

        var seen = await watching;
        seen.ShouldNotBeEmpty();
        seen.ShouldAllBe(e => e.Type == WatchEventType.Bookmark && e.Entity == null);
        long.Parse(seen[^1].ResourceVersion).ShouldBeGreaterThan(long.Parse(start!));
    }

    [Fact]
    public async Task A_watch_that_is_silent_for_too_long_times_out()
    {
        var ns = await cluster.NewNamespaceAsync();
        var start = (await client.ListAsync<V1ConfigMap>(ns, fieldSelector: "metadata.name=a"))
            .Metadata
            .ResourceVersion;
        var options = new WatchOptions { IdleTimeout = TimeSpan.FromMilliseconds(300) };

        var silent = await Should.ThrowAsync<WatchSilentException>(async () =>
            await client
                .WatchAsync<V1ConfigMap>(ns, start, fieldSelector: "metadata.name=a", options: options)
                .ToListAsync()
        );

        silent.Message.ShouldStartWith($"GET /api/v1/namespaces/{ns}/configmaps: the watch was silent for");
    }

    [Fact]
    public async Task A_watch_can_be_cancelled_while_nothing_happens()
    {
        var ns = await cluster.NewNamespaceAsync();
        using var stop = new CancellationTokenSource();
        await client.CreateAsync(ConfigMap(ns, "a"));

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.WatchAsync<V1ConfigMap>(ns, cancellationToken: stop.Token))
            {
                await stop.CancelAsync();
            }
        });
    }
}
