using K8sLb.Kubernetes.Models;
using K8sLb.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sLb.Kubernetes.Tests.Events;

[Collection(ControlPlaneCollection.Name)]
public sealed class EventRecorderTests(ControlPlaneFixture cluster)
{
    private readonly KubernetesClient client = cluster.Client;

    [Fact]
    public async Task Repeats_are_counted_on_one_event()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var running = new RunningRecorder(client);

        for (var i = 0; i < 20; i++)
        {
            running.Publish(ns, "40 connections are being released");
        }

        await EventAsync(ns, e => e.Series?.Count == 20);
        running.Publish(ns, "40 connections are being released");
        var recorded = await EventAsync(ns, e => e.Series?.Count == 21);
        recorded.ShouldSatisfyAllConditions(
            e => e.Note.ShouldBe("40 connections are being released"),
            e => e.Reason.ShouldBe("DrainStarted"),
            e => e.Action.ShouldBe("Drain"),
            e => e.Type.ShouldBe("Warning"),
            e => e.ReportingController.ShouldBe("k8slb.io/test"),
            e => e.Regarding!.Name.ShouldBe("pool"),
            e => e.Series!.LastObservedTime.ShouldBeGreaterThanOrEqualTo(e.EventTime!.Value)
        );
        (await client.ListAsync<Eventsv1Event>(ns)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Different_events_are_sent_in_their_order()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var running = new RunningRecorder(client);

        running.Publish(ns, "one");
        running.Publish(ns, "two");
        running.Publish(ns, "three");

        await EventAsync(ns, e => e.Note == "three");
        var events = await client.ListAsync<Eventsv1Event>(ns);
        events.Items.OrderBy(e => e.Name()).Select(e => e.Note).ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public async Task An_event_that_the_server_has_forgotten_is_made_anew_with_its_count()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var running = new RunningRecorder(client);
        running.Publish(ns, "again");
        var first = await EventAsync(ns, e => e.Note == "again");
        await client.DeleteAsync<Eventsv1Event>(first.Name(), ns);

        running.Publish(ns, "again");

        var second = await EventAsync(ns, e => e.Series?.Count == 2);
        second.Name().ShouldNotBe(first.Name());
    }

    [Fact]
    public async Task Events_wait_for_a_server_that_is_away()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using var proxy = new StallingProxy(cluster.Plane.Server);
        using var proxied = new KubernetesClient(cluster.Configuration with { Server = proxy.Url });
        using var probe = new MeterProbe();
        await using var running = new RunningRecorder(proxied);
        proxy.CutOff();

        running.Publish(ns, "while away");
        await Eventually.IsTrue(
            () => probe.Count("k8slb.kubernetes.events", "outcome=failed") > 0,
            "it could not be sent"
        );
        proxy.Restore();

        await EventAsync(ns, e => e.Note == "while away");
    }

    [Fact]
    public async Task An_event_that_can_never_be_sent_holds_up_no_other()
    {
        var ns = await cluster.NewNamespaceAsync();
        using var probe = new MeterProbe();
        await using var running = new RunningRecorder(client);

        running.Publish("no-such-namespace", "lost");
        running.Publish(ns, "not lost");

        await EventAsync(ns, e => e.Note == "not lost");
        probe.Count("k8slb.kubernetes.events", "outcome=dropped").ShouldBe(1);
    }

    [Fact]
    public async Task A_stop_sends_what_is_left()
    {
        var ns = await cluster.NewNamespaceAsync();
        await using (var running = new RunningRecorder(client, seriesInterval: TimeSpan.FromHours(1)))
        {
            running.Publish(ns, "a");
            await EventAsync(ns, e => e.Note == "a");
            running.Publish(ns, "a");
            running.Publish(ns, "b");
        }

        var events = await client.ListAsync<Eventsv1Event>(ns);
        events.Items.OrderBy(e => e.Note).Select(e => (e.Note, e.Series?.Count)).ShouldBe([("a", 2), ("b", null)]);
    }

    [Fact]
    public void Publishing_neither_blocks_nor_throws_when_nobody_sends()
    {
        using var probe = new MeterProbe();
        var recorder = new EventRecorder(
            client,
            RunningRecorder.Options(TimeSpan.Zero) with
            {
                QueueCapacity = 10,
            },
            NullLogger<EventRecorder>.Instance
        );

        for (var i = 0; i < 1000; i++)
        {
            recorder.Publish(RunningRecorder.Pool("ns"), EventType.Normal, "Reason", "Action", $"note {i}");
        }

        probe.Count("k8slb.kubernetes.events", "outcome=dropped").ShouldBe(990);
    }

    private async Task<Eventsv1Event> EventAsync(string ns, Func<Eventsv1Event, bool> that)
    {
        Eventsv1Event? found = null;
        await Eventually.IsTrue(
            async () => (found = (await client.ListAsync<Eventsv1Event>(ns)).Items.FirstOrDefault(that)) is not null,
            "the event is there"
        );
        return found!;
    }

    private sealed class RunningRecorder : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly EventRecorder recorder;
        private readonly Task running;

        public RunningRecorder(IKubernetesClient client, TimeSpan? seriesInterval = null)
        {
            recorder = new EventRecorder(
                client,
                Options(seriesInterval ?? TimeSpan.FromMilliseconds(100)),
                NullLogger<EventRecorder>.Instance
            );
            running = recorder.RunAsync(stop.Token);
        }

        public static EventRecorderOptions Options(TimeSpan seriesInterval) =>
            new()
            {
                ReportingController = "k8slb.io/test",
                ReportingInstance = "one",
                SeriesInterval = seriesInterval,
                Backoff = new BackoffOptions { Initial = TimeSpan.FromMilliseconds(50) },
                FlushTimeout = TimeSpan.FromSeconds(30),
            };

        public static V1ObjectReference Pool(string ns) =>
            new()
            {
                ApiVersion = "k8slb.io/v1alpha1",
                Kind = "BackendPool",
                NamespaceProperty = ns,
                Name = "pool",
            };

        public void Publish(string ns, string note) =>
            recorder.Publish(Pool(ns), EventType.Warning, "DrainStarted", "Drain", note);

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await running;
            stop.Dispose();
        }
    }
}
