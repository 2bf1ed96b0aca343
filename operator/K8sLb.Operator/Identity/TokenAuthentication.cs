using K8sLb.Kubernetes;
using K8sLb.Protocol;

namespace K8sLb.Operator.Identity;

/// <summary>
/// A sidecar shows the token that the kubelet made for its pod; the API server says whose it is, and that must be who the hello names.
/// </summary>
internal sealed class TokenAuthentication(IKubernetesClient client, TimeProvider time)
    : ISidecarAuthentication,
        IDisposable
{
    private const string Scheme = "Bearer ";

    /// <summary>Far beyond any token of a service account (about 1 kB), and no work for the API server.</summary>
    private const int MaxTokenLength = 8 * 1024;

    /// <summary>Of a token that is no JWT, and so does not say when it ends.</summary>
    private static readonly TimeSpan LifeOfUnknown = TimeSpan.FromHours(1);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    private readonly TokenReviews reviews = new(client, time);

    /// <summary>A token that is good now may be revoked with its pod: the directory of pods knows of that sooner.</summary>
    private readonly VerdictCache accepted = new(16_384, TimeSpan.FromMinutes(1), time);

    /// <summary>Apart, so that a flood of bad tokens does not drive out good ones.</summary>
    private readonly VerdictCache refused = new(1_024, TimeSpan.FromSeconds(10), time);

    public async ValueTask<IdentityVerdict> CheckAsync(
        string? authorization,
        Hello hello,
        CancellationToken cancellationToken
    )
    {
        if (authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true)
        {
            return IdentityVerdict.Refuse(
                RefusalReasons.NoToken,
                "no token was sent: K8SLB_OPERATOR_TOKEN must name its file",
                Later
            );
        }
        var token = authorization[Scheme.Length..].Trim();
        if (token.Length is 0 or > MaxTokenLength)
        {
            return IdentityVerdict.Refuse(
                RefusalReasons.TokenRefused,
                $"the token has {token.Length} characters",
                Later
            );
        }
        try
        {
            var verdict = await JudgeAsync(token, cancellationToken);
            return verdict.Refusal is var (reason, message) ? IdentityVerdict.Refuse(reason, message, Later)
                : verdict.Pod!.Is(hello) ? new(null, TokenEnd.Of(token) ?? time.GetUtcNow() + LifeOfUnknown)
                : IdentityVerdict.Refuse(
                    RefusalReasons.AnotherPod,
                    $"the token is of pod {verdict.Pod}, the hello of {hello.PodNamespace}/{hello.PodName} ({hello.PodUid})",
                    Later
                );
        }
        catch (ReviewUnavailableException e)
        {
            return IdentityVerdict.Refuse(
                RefusalReasons.ReviewUnavailable,
                $"the token could not be checked: {e.Message}",
                Soon
            );
        }
    }

    public void Dispose() => reviews.Dispose();

    private async ValueTask<TokenVerdict> JudgeAsync(string token, CancellationToken cancellationToken)
    {
        var key = VerdictCache.Key(token);
        if ((accepted.Find(key) ?? refused.Find(key)) is { } known)
        {
            return known;
        }
        var verdict = await reviews.ReviewAsync(token, cancellationToken);
        (verdict.Pod is null ? refused : accepted).Put(key, verdict);
        return verdict;
    }
}
