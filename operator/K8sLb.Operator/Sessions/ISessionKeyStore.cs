using K8sLb.Core;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Operator.Sessions;

/// <summary>Where the keys of pools are kept.</summary>
internal interface ISessionKeyStore
{
    /// <exception cref="SessionKeysException">What is there is not this pool's, or cannot be read.</exception>
    Task<StoredKeys> ReadAsync(ObjectKey pool, string uid, CancellationToken cancellationToken);

    /// <param name="version">Of what was read; fails where there is a newer one.</param>
    Task WriteAsync(
        ObjectKey pool,
        string uid,
        IReadOnlyList<SessionKeyRecord> keys,
        string? version,
        CancellationToken cancellationToken
    );
}

/// <param name="Version">Null where nothing is stored yet.</param>
internal sealed record StoredKeys(IReadOnlyList<SessionKeyRecord> Keys, string? Version);

/// <summary>The message is for people: what is wrong, and what would put it right.</summary>
internal sealed class SessionKeysException(string message, Exception? inner = null) : Exception(message, inner);
