using System.Buffers.Text;
using FsCheck;
using FsCheck.Fluent;
using K8sLb.Sidecar.Sessions;

namespace K8sLb.Sidecar.Tests.Sessions;

public sealed class TokenCodecTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly SessionKeyRing Keys = new([
        TestKeys.Key(1, Now - TimeSpan.FromDays(2)),
        TestKeys.Key(2, Now - TimeSpan.FromDays(1)),
        TestKeys.Key(3, Now + TimeSpan.FromMinutes(5)),
    ]);

    private static readonly Gen<SessionToken> Tokens =
        from session in ArbMap.Default.GeneratorFor<ulong>()
        from owner in ArbMap.Default.GeneratorFor<ulong>()
        from age in Gen.Choose(0, 3_599_999)
        select new SessionToken(session, owner, Now - TimeSpan.FromMilliseconds(age));

    [Fact]
    public void What_was_written_is_read() =>
        Prop.ForAll(
                Arb.From(Tokens),
                token =>
                {
                    var text = Write(token);
                    TokenCodec.TryRead(text, Keys, Hour, Now, out var read).ShouldBe(TokenVerdict.Valid);
                    read.ShouldBe(token);
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Any_changed_bit_is_refused() =>
        Prop.ForAll(
                Arb.From(Tokens),
                token =>
                {
                    var bytes = Base64Url.DecodeFromChars(Write(token));
                    for (var bit = 0; bit < bytes.Length * 8; bit++)
                    {
                        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                        var text = Base64Url.EncodeToString(bytes);
                        TokenCodec.TryRead(text, Keys, Hour, Now, out _).ShouldNotBe(TokenVerdict.Valid, $"bit {bit}");
                        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                    }
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Any_other_text_is_refused()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \t\"";
        var good = Write(new(7, 8, Now)).ToCharArray();
        for (var at = 0; at < good.Length; at++)
        {
            var before = good[at];
            foreach (var other in Alphabet.Where(c => c != before))
            {
                good[at] = other;
                TokenCodec.TryRead(good, Keys, Hour, Now, out _).ShouldNotBe(TokenVerdict.Valid, new string(good));
            }
            good[at] = before;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AQAAAAEAAAGyeAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("\u00e4\u00f6\u00fcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Garbage_is_no_token(string text) =>
        TokenCodec.TryRead(text, Keys, Hour, Now, out _).ShouldBe(TokenVerdict.Malformed);

    [Fact]
    public void A_text_that_is_far_too_long_is_no_token() =>
        TokenCodec.TryRead(new string('A', 100_000), Keys, Hour, Now, out _).ShouldBe(TokenVerdict.Malformed);

    [Fact]
    public void A_session_ends_at_its_timeout()
    {
        var text = Write(new(1, 2, Now));

        TokenCodec.TryRead(text, Keys, Hour, Now + Hour - TimeSpan.FromTicks(1), out _).ShouldBe(TokenVerdict.Valid);
        TokenCodec.TryRead(text, Keys, Hour, Now + Hour, out _).ShouldBe(TokenVerdict.Expired);
    }

    [Fact]
    public void A_key_that_is_not_in_the_ring_proves_nothing()
    {
        var text = Write(new(1, 2, Now));

        TokenCodec.TryRead(text, new([TestKeys.Key(1, Now)]), Hour, Now, out _).ShouldBe(TokenVerdict.UnknownKey);
        TokenCodec
            .TryRead(text, new([TestKeys.Key(5, Now) with { Id = 2 }]), Hour, Now, out _)
            .ShouldBe(TokenVerdict.Forged);
    }

    [Fact]
    public void The_newest_key_that_is_in_use_signs()
    {
        Keys.Signing(Now).Id.ShouldBe(2u);
        Keys.Signing(Now + Hour).Id.ShouldBe(3u);
        Keys.Signing(Now - TimeSpan.FromDays(9)).Id.ShouldBe(1u);
    }

    [Fact]
    public void A_token_of_a_key_that_signs_no_more_is_read_while_the_ring_has_it()
    {
        Span<char> text = stackalloc char[TokenCodec.TextLength];
        TokenCodec.Write(new(1, 2, Now), Keys.Find(1)!, text);

        TokenCodec.TryRead(text, Keys, Hour, Now, out var token).ShouldBe(TokenVerdict.Valid);
        token.Session.ShouldBe(1UL);
    }

    private static string Write(SessionToken token)
    {
        Span<char> text = stackalloc char[TokenCodec.TextLength];
        TokenCodec.Write(token, Keys.Signing(Now), text);
        return new(text);
    }
}
