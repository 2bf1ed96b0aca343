using K8sLb.Protocol;

namespace K8sLb.Operator.Tests.Pools;

/// <summary>What a pool's members are told, and when.</summary>
public sealed class PoolPublicationTests
{
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
        bench.AttachAll("a", "b");

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
    public async Task Members_get_keys_to_prove_to_each_other_and_new_ones_in_time()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"));
        var session = bench.Attach("a", provesKey: true);
        bench.Run.Reconcile();
        var first = bench.Published!.PeerKeys!.ShouldHaveSingleItem();
        first.Secret.Length.ShouldBe(32);
        first.GoodUntil.ShouldBe(bench.Time.GetUtcNow() + TimeSpan.FromMinutes(30));

        bench.Time.Advance(TimeSpan.FromMinutes(10));
        session.OnReport(PoolBench.Quiet, bench.Time.GetUtcNow());
        bench.Run.Reconcile();

        bench.Published!.PeerKeys!.Select(k => k.Id == first.Id).ShouldBe([true, false]);
    }

    [Fact]
    public async Task Two_leaders_and_two_pools_have_no_key_in_common()
    {
        await using var bench = new PoolBench();
        await using var other = new PoolBench();
        foreach (var each in new[] { bench, other })
        {
            each.Set(Sample.Pod("a"));
            each.Attach("a");
            each.Run.Reconcile();
        }

        bench.Published!.PeerKeys![0].Secret.ToArray().ShouldNotBe(other.Published!.PeerKeys![0].Secret.ToArray());
    }

    [Fact]
    public async Task Credentials_are_handed_out_only_while_a_member_has_nothing_else()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"), Sample.Pod("b"));
        bench.Attach("a", provesKey: true);
        bench.Attach("b");
        bench.Run.Reconcile();
        bench
            .Published!.Members.Select(m => (m.ProvesKey, m.PeerCredential))
            .ShouldBe([(true, "credential-a"), (false, "credential-b")]);

        bench.Attach("b", provesKey: true);
        bench.Run.Reconcile();

        bench.Published!.Members.Select(m => (m.ProvesKey, m.PeerCredential)).ShouldBe([(true, ""), (true, "")]);
    }

    [Fact]
    public async Task The_same_facts_again_change_nothing()
    {
        await using var bench = new PoolBench();
        bench.Set(Sample.Pod("a"));
        var session = bench.Attach("a");
        bench.Run.Reconcile();
        var version = bench.Run.Channel.Current!.Version;

        session.OnReport(PoolBench.Quiet, bench.Time.GetUtcNow());
        bench.Run.Reconcile();

        bench.Run.Channel.Current!.Version.ShouldBe(version);
    }

    [Fact]
    public async Task A_status_that_cannot_be_written_delays_no_decision()
    {
        await using var bench = new PoolBench { Server = _ => new TaskCompletionSource().Task };
        bench.Set(Sample.Pod("a"), Sample.Pod("b"), Sample.Pod("c"));
        bench.AttachAll("a", "b", "c");
        bench.Run.Reconcile();

        bench.Set(Sample.Pod("a", annotations: ("k8slb.io/drain", "true")));
        bench.Run.Reconcile();

        bench.Self("a").Drain.ShouldNotBeNull();
        bench.Written.ShouldBeNull();
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
}
