using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Protocol;

namespace K8sLb.Operator.Identity;

/// <summary>Asks the API server whose token this is; so many questions at a time, the others wait for a moment.</summary>
internal sealed class TokenReviews(IKubernetesClient client, TimeProvider time) : IDisposable
{
    private const string ServiceAccountPrefix = "system:serviceaccount:";
    private const string PodNameKey = "authentication.kubernetes.io/pod-name";
    private const string PodUidKey = "authentication.kubernetes.io/pod-uid";
    private const int AtOnce = 16;

    /// <summary>Of the question and of its turn; below what a sidecar waits for an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim turns = new(AtOnce);

    /// <exception cref="ReviewUnavailableException">There is no answer, so nothing is known of the token.</exception>
    public async Task<TokenVerdict> ReviewAsync(string token, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await turns.WaitAsync(either.Token);
            try
            {
                var review = new V1TokenReview
                {
                    Spec = new V1TokenReviewSpec { Token = token, Audiences = [ControlStream.TokenAudience] },
                };
                return Read((await client.CreateAsync(review, either.Token)).Status);
            }
            finally
            {
                turns.Release();
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            var why = e is OperationCanceledException ? $"no answer within {Patience.TotalSeconds:0} s" : e.Message;
            throw new ReviewUnavailableException(why, e);
        }
    }

    public void Dispose() => turns.Dispose();

    internal static TokenVerdict Read(V1TokenReviewStatus? status)
    {
        if (status is not { Authenticated: true })
        {
            return TokenVerdict.Refuse(
                RefusalReasons.TokenRefused,
                $"the API server does not accept the token: {status?.Error ?? "no reason given"}"
            );
        }
        if (status.Audiences?.Contains(ControlStream.TokenAudience) != true)
        {
            // A server that knows nothing of audiences says "authenticated" to any token.
            return TokenVerdict.Refuse(
                RefusalReasons.TokenRefused,
                $"the token's audience is not \"{ControlStream.TokenAudience}\""
            );
        }
        if (
            status.User is { Username: { } user, Extra: { } extra }
            && user.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal)
            && user[ServiceAccountPrefix.Length..].Split(':') is [var @namespace, _]
            && Only(extra, PodNameKey) is { } name
            && Only(extra, PodUidKey) is { } uid
        )
        {
            return TokenVerdict.Of(new(@namespace, name, uid));
        }
        return TokenVerdict.Refuse(
            RefusalReasons.TokenNotBound,
            $"the token of {status.User?.Username} is bound to no pod: it must be a projected one (serviceAccountToken)"
        );
    }

    private static string? Only(IDictionary<string, IList<string>> extra, string key) =>
        extra.TryGetValue(key, out var values) && values is [{ Length: > 0 } value] ? value : null;
}

/// <summary>Exactly one of the two is set.</summary>
internal sealed record TokenVerdict
{
    private TokenVerdict() { }

    public PodIdentity? Pod { get; private init; }
    public (string Reason, string Message)? Refusal { get; private init; }

    public static TokenVerdict Of(PodIdentity pod) => new() { Pod = pod };

    public static TokenVerdict Refuse(string reason, string message) => new() { Refusal = (reason, message) };
}

internal sealed class ReviewUnavailableException(string message, Exception inner) : Exception(message, inner);
