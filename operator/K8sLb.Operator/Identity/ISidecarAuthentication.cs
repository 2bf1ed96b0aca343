using K8sLb.Protocol;

namespace K8sLb.Operator.Identity;

/// <summary>Decides whether a sidecar is who it says.</summary>
public interface ISidecarAuthentication
{
    /// <param name="authorization">The header of its request; null or empty where it sent none.</param>
    ValueTask<IdentityVerdict> CheckAsync(string? authorization, Hello hello, CancellationToken cancellationToken);
}

/// <param name="Refusal">Null where it is who it says.</param>
/// <param name="GoodUntil">When it has to show it again; null for never.</param>
public sealed record IdentityVerdict(IdentityRefusal? Refusal, DateTimeOffset? GoodUntil)
{
    public static IdentityVerdict Refuse(string reason, string message, TimeSpan retryAfter) =>
        new(new IdentityRefusal(reason, message, retryAfter), null);
}

/// <param name="Reason">One of <see cref="RefusalReasons"/>.</param>
/// <param name="Message">For the people who read the sidecar's log.</param>
public sealed record IdentityRefusal(string Reason, string Message, TimeSpan RetryAfter);

/// <summary>For development, where the network is trusted: anybody is who they say.</summary>
public sealed class NoAuthentication : ISidecarAuthentication
{
    private static readonly IdentityVerdict Good = new(null, null);

    public ValueTask<IdentityVerdict> CheckAsync(
        string? authorization,
        Hello hello,
        CancellationToken cancellationToken
    ) => ValueTask.FromResult(Good);
}
