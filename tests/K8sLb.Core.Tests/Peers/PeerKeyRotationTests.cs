using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace K8sLb.Core.Tests.Peers;

public sealed class PeerKeyRotationTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private int made;

    [Fact]
    public void The_first_key_is_used_at_once() => Ids(Rotate([], Minutes(0))).ShouldBe(["k1"]);

    [Fact]
    public void A_key_is_handed_round_before_it_is_preferred_and_counts_after()
    {
        var keys = Rotate([], Minutes(0));

        Ids(keys = Rotate(keys, Minutes(9.9))).ShouldBe(["k1"]);
        Ids(keys = Rotate(keys, Minutes(10))).ShouldBe(["k1", "k2"]);
        Ids(keys = Rotate(keys, Minutes(20))).ShouldBe(["k2", "k3", "k1"]);
        Ids(keys = Rotate(keys, Minutes(29.9))).ShouldBe(["k2", "k3", "k1"]);
        Ids(Rotate(keys, Minutes(30))).ShouldBe(["k3", "k4", "k2"]);
    }

    [Fact]
    public void After_a_long_pause_there_is_a_new_one_alone() =>
        Ids(Rotate(Rotate([], Minutes(0)), Minutes(600))).ShouldBe(["k2"]);

    /// <summary>Whenever it is looked at, at least once in a period: rings a period apart share a key, and none is large.</summary>
    [Fact]
    public void Who_is_a_period_behind_shares_a_key_with_all_others() =>
        Prop.ForAll(
                Arb.From(Gen.ListOf(Gen.Choose(1, 600), 60)),
                pauses =>
                {
                    var (now, ring) = (Start, Rotate([], Start));
                    var rings = new List<(DateTimeOffset At, IReadOnlyList<PeerKeyRecord> Keys)> { (now, ring) };
                    foreach (var seconds in pauses)
                    {
                        now += TimeSpan.FromSeconds(seconds);
                        rings.Add((now, ring = Rotate(ring, now)));
                        ring.Count.ShouldBeLessThanOrEqualTo(4);
                        ring.Select(k => k.Id).ShouldBeUnique();
                        foreach (var late in rings.Where(r => r.At >= now - PeerKeyRotation.Period))
                        {
                            late.Keys.Select(k => k.Id).Intersect(Ids(ring)).ShouldNotBeEmpty();
                        }
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private static DateTimeOffset Minutes(double after) => Start + TimeSpan.FromMinutes(after);

    private static IEnumerable<string> Ids(IReadOnlyList<PeerKeyRecord> keys) => keys.Select(k => k.Id);

    private IReadOnlyList<PeerKeyRecord> Rotate(IReadOnlyList<PeerKeyRecord> keys, DateTimeOffset now)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"k{made + 1}");
        var next = PeerKeyRotation.Rotate(keys, now, new(id, new byte[32], now));
        made += next.Any(k => k.Id == id) ? 1 : 0;
        return next;
    }
}
