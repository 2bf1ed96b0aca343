namespace K8sLb.Operator.Api;

/// <summary>Every reason that a condition of a BackendPool can have.</summary>
public static class ConditionReasons
{
    /// <summary>Accepted: the spec is in force.</summary>
    public const string Accepted = "Accepted";

    /// <summary>Not Accepted: the message names the fields, their values and what would be right.</summary>
    public const string Invalid = "Invalid";

    /// <summary>Not Accepted: an older pool selects some of the same pods and keeps them; this pool has the others.</summary>
    public const string Conflict = "Conflict";

    /// <summary>Programmed: all acknowledged.</summary>
    public const string Acknowledged = "Acknowledged";

    /// <summary>Not Programmed: the message names those that have not acknowledged yet.</summary>
    public const string AwaitingAcknowledgement = "AwaitingAcknowledgement";

    /// <summary>Not Programmed: no sidecar is attached.</summary>
    public const string NoSidecars = "NoSidecars";

    /// <summary>Not Programmed: no spec was ever good enough to be sent.</summary>
    public const string NeverAccepted = "NeverAccepted";

    /// <summary>Ready: enough members take new work.</summary>
    public const string EnoughMembers = "EnoughMembers";

    /// <summary>Not Ready: fewer members than <c>drain.minAvailable</c> asks for.</summary>
    public const string BelowMinAvailable = "BelowMinAvailable";

    /// <summary>Not Ready: no member takes new work.</summary>
    public const string NoMembers = "NoMembers";

    /// <summary>Draining: the message names who, why, what is left and until when.</summary>
    public const string MembersDraining = "MembersDraining";

    /// <summary>Not Draining.</summary>
    public const string NothingToDrain = "NothingToDrain";

    /// <summary>Degraded: no word from some sidecars.</summary>
    public const string SidecarsLost = "SidecarsLost";

    /// <summary>Degraded: some sidecars refused what they were sent and go on with the last good state.</summary>
    public const string StateRefused = "StateRefused";

    /// <summary>Degraded: the keys of sessions cannot be read or written; the pool goes on without, or with those that it had.</summary>
    public const string SessionKeysUnavailable = "SessionKeysUnavailable";

    /// <summary>Degraded: the authority behind the operator's certificate cannot be kept, published or used, or the clock is wrong.</summary>
    public const string TrustImpaired = "TrustImpaired";

    /// <summary>Not Degraded.</summary>
    public const string AllHealthy = "AllHealthy";

    /// <summary>SidecarsCurrent, also where none is attached.</summary>
    public const string SameVersion = "SameVersion";

    /// <summary>Not SidecarsCurrent: the message says how many run which version, and what brings them to the operator's.</summary>
    public const string OtherVersions = "OtherVersions";

    /// <summary>Not SidecarsCurrent: the message names the pods that nobody injected, and what gives them a sidecar.</summary>
    public const string PodsWithoutSidecar = "PodsWithoutSidecar";

    /// <summary>CapacityGuarded: the message names the members whose drain waits.</summary>
    public const string DrainsHeldBack = "DrainsHeldBack";

    /// <summary>Not CapacityGuarded.</summary>
    public const string NothingHeldBack = "NothingHeldBack";
}
