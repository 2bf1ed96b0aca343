using System.Text;
using K8sLb.Operator.Identity;
using K8sLb.Operator.Tests.Hub;
using K8sLb.Protocol;
using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Identity;

/// <summary>What becomes of an open stream when its token ends.</summary>
public sealed class ProofRenewalTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly ManualTime time = new();
    private readonly Judge judge = new();
    private volatile IdentityRefusal? ended;

    [Fact]
    public async Task A_stream_ends_with_its_token()
    {
        await using var stream = Begin();
        time.Advance(Hour - TimeSpan.FromMilliseconds(1));
        ended.ShouldBeNull();

        time.Advance(TimeSpan.FromMilliseconds(1));

        await Eventually.IsTrue(() => ended is not null, "it has ended");
        ended!.Reason.ShouldBe(RefusalReasons.TokenEnded);
        ended.RetryAfter.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(1));
        judge.Asked.ShouldBe(0);
    }

    [Fact]
    public async Task With_a_newer_token_it_goes_on_to_the_end_of_that()
    {
        await using var stream = Begin();
        judge.Verdict = new(null, time.GetUtcNow() + (2 * Hour));

        stream.Renewal.Offer("newer");

        await Eventually.IsTrue(() => judge.Asked == 1, "the API server was asked");
        judge.Authorization.ShouldBe("Bearer newer");
        for (var i = 0; i < 11; i++)
        {
            time.Advance(TimeSpan.FromMinutes(10));
        }
        ended.ShouldBeNull();
        await Eventually.IsTrue(
            () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                return ended is not null;
            },
            "it has ended"
        );
        time.GetUtcNow().ShouldBeGreaterThanOrEqualTo(judge.Verdict.GoodUntil!.Value);
    }

    [Fact]
    public async Task A_newer_token_that_is_not_accepted_ends_it()
    {
        await using var stream = Begin();
        judge.Verdict = IdentityVerdict.Refuse(RefusalReasons.TokenRefused, "the pod is gone", default);

        stream.Renewal.Offer("newer");

        await Eventually.IsTrue(() => ended is not null, "it has ended");
        ended!.Reason.ShouldBe(RefusalReasons.TokenRefused);
        ended.Message.ShouldBe("the pod is gone");
    }

    [Fact]
    public async Task While_the_API_server_is_away_it_goes_on_and_the_token_is_checked_when_it_is_back()
    {
        await using var stream = Begin();
        judge.Verdict = IdentityVerdict.Refuse(RefusalReasons.ReviewUnavailable, "away", default);
        stream.Renewal.Offer("newer");
        await Eventually.IsTrue(() => judge.Asked == 1, "asked");

        time.Advance(2 * Hour);
        await Eventually.IsTrue(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return judge.Asked >= 3;
            },
            "asked again"
        );
        ended.ShouldBeNull();

        judge.Verdict = IdentityVerdict.Refuse(RefusalReasons.TokenRefused, "the pod is gone", default);
        await Eventually.IsTrue(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return ended is not null;
            },
            "it has ended"
        );
    }

    [Fact]
    public async Task However_many_tokens_a_stream_sends_the_API_server_is_asked_once_a_second()
    {
        await using var stream = Begin();
        judge.Verdict = new(null, time.GetUtcNow() + Hour);
        stream.Renewal.Offer("first");
        await Eventually.IsTrue(() => judge.Asked == 1, "asked");

        for (var i = 0; i < 1_000; i++)
        {
            stream.Renewal.Offer($"token {i}");
        }
        judge.Asked.ShouldBe(1);
        await Eventually.IsTrue(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return judge.Asked == 2;
            },
            "asked again"
        );

        judge.Authorization.ShouldBe("Bearer token 999");
    }

    [Fact]
    public async Task Who_never_had_to_prove_anything_is_never_asked()
    {
        var renewal = new ProofRenewal(judge, TestSidecar.Hello("a"), null, refusal => ended = refusal, time);

        await renewal.RunAsync(CancellationToken.None);

        ended.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"exp":1893456000}""", "2030-01-01")]
    [InlineData("""{"exp":1893456000.5,"aud":["k8slb"]}""", "2030-01-01")]
    [InlineData("""{"exp":"1893456000"}""", null)]
    [InlineData("""{"exp":1e99}""", null)]
    [InlineData("""{"exp":-1}""", null)]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    public void A_token_says_when_it_ends(string claims, string? day)
    {
        var part = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));

        (TokenEnd.Of($"e30.{part}.c2ln")?.ToString("yyyy-MM-dd")).ShouldBe(day);
    }

    [Theory]
    [InlineData("")]
    [InlineData("opaque")]
    [InlineData("a.b")]
    [InlineData("a.!.c")]
    [InlineData("..")]
    public void What_is_no_JWT_does_not_say(string token) => TokenEnd.Of(token).ShouldBeNull();

    private Running Begin() =>
        new(new ProofRenewal(judge, TestSidecar.Hello("a"), time.GetUtcNow() + Hour, refusal => ended = refusal, time));

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Task run;

        public Running(ProofRenewal renewal)
        {
            Renewal = renewal;
            run = renewal.RunAsync(stop.Token);
        }

        public ProofRenewal Renewal { get; }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await run;
            stop.Dispose();
        }
    }

    private sealed class Judge : ISidecarAuthentication
    {
        private int asked;

        public int Asked => Volatile.Read(ref asked);
        public string? Authorization { get; private set; }
        public IdentityVerdict Verdict { get; set; } = new(null, null);

        public ValueTask<IdentityVerdict> CheckAsync(
            string? authorization,
            Hello hello,
            CancellationToken cancellationToken
        )
        {
            Authorization = authorization;
            Interlocked.Increment(ref asked);
            return ValueTask.FromResult(Verdict);
        }
    }
}
