using FsCheck;
using FsCheck.Fluent;

namespace K8sLb.Core.Tests.Sessions;

public sealed class KeyRotationTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void The_first_key_signs_at_once()
    {
        var key = Rotate([], Start, Hour).ShouldHaveSingleItem();

        key.ShouldBe(new SessionKeyRecord(1, key.Secret, Start));
    }

    [Fact]
    public void Nothing_changes_where_nothing_is_due()
    {
        var keys = Rotate([], Start, Hour);

        Rotate(keys, Start + TimeSpan.FromHours(17), Hour).ShouldBe(keys);
    }

    [Fact]
    public void The_next_key_is_made_hours_before_its_turn_and_the_old_one_goes_when_its_tokens_have_ended()
    {
        var keys = Rotate(Rotate([], Start, Hour), Start + TimeSpan.FromHours(18), Hour);
        keys.Select(k => k.NotBefore).ShouldBe([Start, Start + TimeSpan.FromHours(24)]);

        Rotate(keys, Start + TimeSpan.FromHours(25), Hour).Count.ShouldBe(2);
        Rotate(keys, Start + TimeSpan.FromHours(25.1), Hour).ShouldHaveSingleItem().Id.ShouldBe(2u);
    }

    [Theory]
    [InlineData(20, 24)]
    [InlineData(23.97, 48)]
    [InlineData(24.5, 48)]
    [InlineData(1000, 1008)]
    public void Turns_do_not_drift_however_late_somebody_looks(double atHours, int turnHours)
    {
        var keys = Rotate(Rotate([], Start, Hour), Start + TimeSpan.FromHours(atHours), Hour);

        keys[^1].NotBefore.ShouldBe(Start + TimeSpan.FromHours(turnHours));
    }

    [Fact]
    public void There_are_never_many_keys()
    {
        IReadOnlyList<SessionKeyRecord> keys = [];
        for (var hour = 0; hour < 24 * 200; hour++)
        {
            keys = Rotate(keys, Start + TimeSpan.FromHours(hour), TimeSpan.FromHours(720));
            keys.Count.ShouldBeLessThanOrEqualTo(3);
        }
        keys.Select(k => k.Id).ShouldBeUnique();
    }

    /// <summary>
    /// Whenever it is looked at: a token that a key signed in the last moment of its turn, for a session that had just begun, comes
    /// back in the last moment of that session, and at any time before.
    /// </summary>
    [Fact]
    public void No_key_goes_that_a_token_may_need()
    {
        var instant = TimeSpan.FromMilliseconds(1);
        var runs =
            from timeoutMinutes in Gen.Choose(1, 60 * 24 * 5)
            from looks in Gen.ListOf(Gen.Choose(1, 60 * 6), 200)
            from before in Gen.Choose(0, 10_000)
            select (timeoutMinutes, looks, before);

        Prop.ForAll(
                Arb.From(runs),
                run =>
                {
                    var timeout = TimeSpan.FromMinutes(run.timeoutMinutes);
                    var rings = Rings(run.looks, timeout);
                    var turns = rings.SelectMany(r => r.Keys.Skip(1)).Select(k => k.NotBefore).Distinct();
                    foreach (var turn in turns)
                    {
                        var signedAt = turn - instant;
                        var signed = RingAt(rings, signedAt)
                            .Where(k => k.NotBefore <= signedAt)
                            .MaxBy(k => k.NotBefore)!;
                        RingAt(rings, signedAt + timeout - instant).ShouldContain(k => k.Id == signed.Id);
                        var sooner = signedAt + (timeout * (run.before / 10_001.0));
                        RingAt(rings, sooner).ShouldContain(k => k.Id == signed.Id);
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static List<(DateTimeOffset At, IReadOnlyList<SessionKeyRecord> Keys)> Rings(
        IEnumerable<int> minutesBetween,
        TimeSpan timeout
    )
    {
        var rings = new List<(DateTimeOffset At, IReadOnlyList<SessionKeyRecord> Keys)>
        {
            (Start, Rotate([], Start, timeout)),
        };
        foreach (var minutes in minutesBetween)
        {
            var at = rings[^1].At + TimeSpan.FromMinutes(minutes);
            rings.Add((at, Rotate(rings[^1].Keys, at, timeout)));
        }
        return rings;
    }

    private static IReadOnlyList<SessionKeyRecord> RingAt(
        List<(DateTimeOffset At, IReadOnlyList<SessionKeyRecord> Keys)> rings,
        DateTimeOffset at
    ) => rings.Last(r => r.At <= at).Keys;

    private static IReadOnlyList<SessionKeyRecord> Rotate(
        IReadOnlyList<SessionKeyRecord> keys,
        DateTimeOffset now,
        TimeSpan timeout
    ) => KeyRotation.Rotate(keys, now, timeout, new byte[] { 1 });
}
