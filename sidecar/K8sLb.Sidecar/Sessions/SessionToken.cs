namespace K8sLb.Sidecar.Sessions;

/// <summary>What a client keeps of its session.</summary>
/// <param name="Session">Random, the same for the whole of its life.</param>
/// <param name="Owner">The member that has it: a hash of the UID, the same at every member.</param>
/// <param name="IssuedAt">The session's start.</param>
public readonly record struct SessionToken(ulong Session, ulong Owner, DateTimeOffset IssuedAt);

/// <summary>What a text turned out to be.</summary>
public enum TokenVerdict
{
    Valid,

    /// <summary>No token at all.</summary>
    Malformed,

    /// <summary>Signed with a key that is not, or no longer, in the ring.</summary>
    UnknownKey,

    /// <summary>Not signed by whom it says.</summary>
    Forged,

    /// <summary>Its session is older than it may be.</summary>
    Expired,
}
