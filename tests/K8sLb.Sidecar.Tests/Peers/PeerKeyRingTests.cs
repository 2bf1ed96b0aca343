using K8sLb.Protocol;
using K8sLb.Sidecar.Snapshots;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Peers;

public sealed class PeerKeyRingTests
{
    private readonly ManualTime time = new();
    private readonly PeerKeyRing ring;

    public PeerKeyRingTests() => ring = new(time);

    [Fact]
    public void Before_the_first_snapshot_there_is_no_key() => ring.Offered.ShouldBeEmpty();

    [Fact]
    public void What_the_snapshot_prefers_is_offered_first_and_what_was_before_it_last()
    {
        Follow(Key("old", 20));
        Follow(Key("current", 20), Key("next", 30));

        ring.Offered.Select(k => k.Id).ShouldBe(["current", "next", "old"]);
    }

    [Fact]
    public void A_key_of_the_snapshot_in_force_does_not_end_and_one_that_was_replaced_does()
    {
        Follow(Key("old", 20));
        Follow(Key("current", 20));

        time.Advance(TimeSpan.FromMinutes(20));

        ring.Find("current").ShouldNotBeNull();
        ring.Find("old").ShouldBeNull();
    }

    [Fact]
    public void However_often_leaders_change_the_ring_stays_small()
    {
        for (var i = 0; i < 100; i++)
        {
            Follow(Key($"k{i}", 30));
        }

        ring.Offered.Count.ShouldBe(8);
        ring.Offered[0].Id.ShouldBe("k99");
        AnOpeningHasRoomFor(ring.Offered);
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void Credentials_are_taken_where_somebody_has_nothing_else(bool hasKeys, bool allProve, bool taken)
    {
        var member = TestSnapshots.Member("a") with { ProvesKey = allProve };
        var pool = TestSnapshots.For("a", 1, [member]).Pool;

        ring.Follow(pool with { PeerKeys = hasKeys ? [Key("a", 1)] : null });

        ring.TakesPlain.ShouldBe(taken);
    }

    [Fact]
    public void A_pod_that_has_not_attached_yet_asks_for_no_weaker_way()
    {
        var member = TestSnapshots.Member("a") with { ProvesKey = false, PeerAddress = "" };

        ring.Follow(TestSnapshots.For("a", 1, [member]).Pool with { PeerKeys = [Key("a", 1)] });

        ring.TakesPlain.ShouldBeFalse();
    }

    private void Follow(params PeerKey[] keys) =>
        ring.Follow(TestSnapshots.For("a", 1, [TestSnapshots.Member("a")]).Pool with { PeerKeys = keys });

    private PeerKey Key(string id, int minutes) =>
        new()
        {
            Id = id,
            Secret = new byte[32],
            GoodUntil = time.GetUtcNow() + TimeSpan.FromMinutes(minutes),
        };

    private static void AnOpeningHasRoomFor(IReadOnlyList<PeerKey> keys)
    {
        var (port, uid) = (new string('p', 63), new string('u', 36));
        var opening = new PeerOpening(port, uid, uid, PeerProof.NewNonce(), [.. keys.Select(_ => new string('k', 16))]);

        opening.Format().Length.ShouldBeLessThanOrEqualTo(PeerOpening.MaxBytes);
    }
}
