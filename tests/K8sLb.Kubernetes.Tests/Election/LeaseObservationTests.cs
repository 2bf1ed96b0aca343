using K8sLb.Kubernetes.Models;
using K8sLb.TestKit;

namespace K8sLb.Kubernetes.Tests.Election;

public sealed class LeaseObservationTests
{
    private readonly ManualTime time = new();
    private readonly LeaseObservation observation;

    public LeaseObservationTests() => observation = new LeaseObservation(TimeSpan.FromSeconds(15), time);

    [Theory]
    [InlineData(-100)]
    [InlineData(0)]
    [InlineData(100)]
    public void A_lease_runs_out_by_the_observer_s_clock_whatever_the_writer_s_clock_says(int skewDays)
    {
        observation.Observe(Lease("one", 1, time.GetUtcNow().AddDays(skewDays)));

        time.Advance(TimeSpan.FromSeconds(14));
        observation.IsFree.ShouldBeFalse();
        observation.Leader!.Identity.ShouldBe("one");
        time.Advance(TimeSpan.FromSeconds(1.1));

        observation.IsFree.ShouldBeTrue();
        observation.Leader.ShouldBeNull();
    }

    [Fact]
    public void A_renewal_starts_the_time_anew_and_seeing_the_same_again_does_not()
    {
        var written = time.GetUtcNow();
        observation.Observe(Lease("one", 1, written));
        time.Advance(TimeSpan.FromSeconds(10));
        observation.Observe(Lease("one", 1, written.AddSeconds(10)));
        time.Advance(TimeSpan.FromSeconds(10));
        observation.IsFree.ShouldBeFalse();

        observation.Observe(Lease("one", 1, written.AddSeconds(10)));
        time.Advance(TimeSpan.FromSeconds(5.1));

        observation.IsFree.ShouldBeTrue();
    }

    [Fact]
    public void An_edit_of_the_metadata_is_no_sign_of_life()
    {
        var lease = Lease("one", 1, time.GetUtcNow());
        observation.Observe(lease);
        time.Advance(TimeSpan.FromSeconds(14));

        observation.Observe(lease with { Metadata = new V1ObjectMeta { ResourceVersion = "2" } });
        time.Advance(TimeSpan.FromSeconds(1.1));

        observation.IsFree.ShouldBeTrue();
    }

    [Fact]
    public void The_holder_s_own_promise_counts()
    {
        var lease = Lease("one", 1, time.GetUtcNow());
        lease.Spec!.LeaseDurationSeconds = 60;
        observation.Observe(lease);

        time.Advance(TimeSpan.FromSeconds(59));
        observation.IsFree.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(1.1));
        observation.IsFree.ShouldBeTrue();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void A_released_lease_is_free_at_once(string? holder)
    {
        observation.Observe(Lease(holder, 1, time.GetUtcNow()));

        observation.IsFree.ShouldBeTrue();
        observation.Leader.ShouldBeNull();
    }

    [Fact]
    public void Fencing_numbers_grow_also_over_a_deletion_of_the_lease()
    {
        observation.NextFencingNumber.ShouldBe(1);
        observation.Observe(Lease("one", 7, time.GetUtcNow()));
        observation.NextFencingNumber.ShouldBe(8);

        observation.Forget();
        observation.IsFree.ShouldBeTrue();
        observation.Observe(Lease("two", 1, time.GetUtcNow()));

        observation.NextFencingNumber.ShouldBe(8);
    }

    private static V1Lease Lease(string? holder, int transitions, DateTimeOffset renewed) =>
        new()
        {
            Spec = new V1LeaseSpec
            {
                HolderIdentity = holder,
                LeaseTransitions = transitions,
                RenewTime = renewed,
                LeaseDurationSeconds = 15,
            },
        };
}
