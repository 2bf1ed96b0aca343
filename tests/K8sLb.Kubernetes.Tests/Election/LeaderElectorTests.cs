using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using K8sLb.Kubernetes.Models;
using K8sLb.TestKit;

namespace K8sLb.Kubernetes.Tests.Election;

[Collection(ControlPlaneCollection.Name)]
public sealed class LeaderElectorTests(ControlPlaneFixture cluster)
{
    private readonly KubernetesClient client = cluster.Client;
    private readonly string lease = $"lease-{Guid.NewGuid():n}";

    [Fact]
    public async Task One_leads_and_the_others_know_whom()
    {
        await using var first = new RunningElector(client, Patient("first") with { Annotations = Address("10.0.0.1") });
        var term = await first.LeadsAsync();
        await using var second = new RunningElector(client, Patient("second"));

        await Eventually.IsTrue(() => second.Elector.Leader is not null, "the second knows the leader");

        second.Elector.Leader!.Identity.ShouldBe("first");
        second.Elector.Leader.Annotations["address"].ShouldBe("10.0.0.1");
        second.Elector.Leader.FencingNumber.ShouldBe(term.FencingNumber);
        first.Elector.IsLeader.ShouldBeTrue();
        second.Elector.IsLeader.ShouldBeFalse();
        term.FencingNumber.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_leader_that_stops_hands_over_without_its_lease_having_to_run_out()
    {
        await using var first = new RunningElector(client, Patient("first"));
        var before = await first.LeadsAsync();
        await using var second = new RunningElector(client, Patient("second"));

        await first.StopAsync();

        // Well before the minute for which the first one could have kept it.
        await Eventually.IsTrue(() => second.Elector.IsLeader, "the second leads", TimeSpan.FromSeconds(30));
        (await second.LeadsAsync()).FencingNumber.ShouldBeGreaterThan(before.FencingNumber);
        before.Ended.IsCancellationRequested.ShouldBeTrue();
        first.Elector.IsLeader.ShouldBeFalse();
    }

    [Fact]
    public async Task A_leader_that_died_is_followed_with_a_higher_fencing_number()
    {
        // Its clock stands still, so that it neither renews nor notices: a process stopped in its tracks.
        var frozen = new ManualTime();
        await using var first = new RunningElector(client, Hasty("first"), frozen);
        var before = await first.LeadsAsync();
        await using var second = new RunningElector(client, Patient("second"));

        var after = await second.LeadsAsync();

        after.FencingNumber.ShouldBeGreaterThan(before.FencingNumber);
        before.Ended.IsCancellationRequested.ShouldBeFalse();
        frozen.Advance(TimeSpan.FromSeconds(10));
        before.Ended.IsCancellationRequested.ShouldBeTrue("it wakes up and knows at once");
        first.Elector.IsLeader.ShouldBeFalse();
        second.Elector.IsLeader.ShouldBeTrue();
    }

    [Fact]
    public async Task A_leader_that_is_cut_off_stops_before_another_one_starts()
    {
        var log = new ConcurrentQueue<string>();
        await using var proxy = new StallingProxy(cluster.Plane.Server);
        using var proxied = new KubernetesClient(cluster.Configuration with { Server = proxy.Url });
        await using var first = new RunningElector(proxied, Hasty("first")) { Log = log };
        await Eventually.IsTrue(() => first.Elector.IsLeader, "the first leads");

        proxy.StallAll();
        await using var second = new RunningElector(client, Patient("second")) { Log = log };
        await second.LeadsAsync();

        var last = first.Terms.Last().FencingNumber;
        log.TakeLast(2).ShouldBe([$"end {last}", $"start {second.Terms.Single().FencingNumber}"]);
        second.Terms.Single().FencingNumber.ShouldBeGreaterThan(last);
    }

    [Fact]
    public async Task The_lease_is_held_until_the_work_has_returned()
    {
        var finish = new TaskCompletionSource();
        var log = new ConcurrentQueue<string>();
        await using var first = new RunningElector(client, Hasty("first"), work: _ => finish.Task) { Log = log };
        var term = await first.LeadsAsync();
        await using var second = new RunningElector(client, Patient("second")) { Log = log };

        first.RequestStop();
        var stoppedAt = (await ReadAsync())!.Spec!.RenewTime;
        await Eventually.IsTrue(
            async () => (await ReadAsync())!.Spec!.RenewTime > stoppedAt + TimeSpan.FromSeconds(1),
            "it is renewed although the stop was asked for"
        );
        term.Ended.IsCancellationRequested.ShouldBeTrue();
        finish.SetResult();

        var next = await second.LeadsAsync();
        log.ShouldBe([$"start {term.FencingNumber}", $"end {term.FencingNumber}", $"start {next.FencingNumber}"]);
    }

    [Fact]
    public async Task Somebody_who_edits_the_lease_s_labels_ends_no_term()
    {
        await using var leader = new RunningElector(client, Patient("leader"));
        await leader.LeadsAsync();

        var labels = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["a"] = "b" } } };
        var edited = await client.PatchAsync<V1Lease>(V1Patch.Merge(labels), lease, "default");

        await Eventually.IsTrue(
            async () => (await ReadAsync())!.Spec!.RenewTime > edited.Spec!.RenewTime,
            "the lease is renewed after the edit"
        );
        leader.Terms.Count.ShouldBe(1);
        leader.Elector.IsLeader.ShouldBeTrue();
        (await ReadAsync())!.GetLabel("a").ShouldBe("b");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_term_ends_when_the_lease_is_deleted_or_taken(bool deleted)
    {
        await using var leader = new RunningElector(client, Patient("leader"));
        var term = await leader.LeadsAsync();
        if (deleted)
        {
            await client.DeleteAsync<V1Lease>(lease, "default");
        }
        else
        {
            var taken = new JsonObject
            {
                ["spec"] = new JsonObject
                {
                    ["holderIdentity"] = "thief",
                    ["leaseTransitions"] = 70,
                    ["leaseDurationSeconds"] = 1,
                },
            };
            await client.PatchAsync<V1Lease>(V1Patch.Merge(taken), lease, "default");
        }

        var next = await leader.LeadsAsync(terms: 2);

        term.Ended.IsCancellationRequested.ShouldBeTrue();
        next.FencingNumber.ShouldBeGreaterThan(deleted ? term.FencingNumber : 70);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_that_ends_by_itself_gives_the_lease_up(bool fails)
    {
        Func<LeadershipTerm, Task> work = fails
            ? _ => Task.FromException(new InvalidOperationException("cannot lead"))
            : _ => Task.CompletedTask;
        await using var first = new RunningElector(client, Patient("first"), work: work);
        var term = await first.LeadsAsync();

        await using var second = new RunningElector(client, Patient("second"));

        await second.LeadsAsync();
        term.Ended.IsCancellationRequested.ShouldBeTrue();
    }

    /// <summary>Loses its lease soon.</summary>
    private LeaderElectionOptions Hasty(string identity) =>
        Patient(identity) with
        {
            LeaseDuration = TimeSpan.FromSeconds(5),
            RenewDeadline = TimeSpan.FromSeconds(4),
        };

    /// <summary>Keeps its lease for a minute.</summary>
    private LeaderElectionOptions Patient(string identity) =>
        new()
        {
            Namespace = "default",
            Name = lease,
            Identity = identity,
            LeaseDuration = TimeSpan.FromSeconds(60),
            RenewDeadline = TimeSpan.FromSeconds(40),
            RetryPeriod = TimeSpan.FromMilliseconds(200),
        };

    private static Dictionary<string, string> Address(string address) => new() { ["address"] = address };

    private Task<V1Lease?> ReadAsync() => client.GetAsync<V1Lease>(lease, "default");
}
