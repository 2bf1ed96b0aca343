using K8sLb.Protocol;

namespace K8sLb.Operator.Identity;

/// <summary>Decides whether a sidecar is who it says.</summary>
public interface ISidecarAuthentication
{
    /// <param name="authorization">The header of its request; null or empty where it sent none.</param>
    /// <returns>Null where it is.</returns>
    ValueTask<IdentityRefusal?> CheckAsync(string? authorization, Hello hello, CancellationToken cancellationToken);
}

/// <param name="Reason">One of <see cref="RefusalReasons"/>.</param>
/// <param name="Message">For the people who read the sidecar's log.</param>
public sealed record IdentityRefusal(string Reason, string Message, TimeSpan RetryAfter);

/// <summary>For development, where the network is trusted: anybody is who they say.</summary>
public sealed class NoAuthentication : ISidecarAuthentication
{
    public ValueTask<IdentityRefusal?> CheckAsync(
        string? authorization,
        Hello hello,
        CancellationToken cancellationToken
    ) => ValueTask.FromResult<IdentityRefusal?>(null);
}
