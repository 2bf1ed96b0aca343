namespace K8sLb.Operator.Api;

/// <summary>Types of the conditions of a BackendPool.</summary>
public static class ConditionTypes
{
    /// <summary>The spec at hand is in force. False: the last good one stays in force.</summary>
    public const string Accepted = "Accepted";

    /// <summary>Every attached sidecar has put the current version into force.</summary>
    public const string Programmed = "Programmed";

    /// <summary>At least one member, and as many as <c>drain.minAvailable</c> asks for, take new work.</summary>
    public const string Ready = "Ready";

    /// <summary>Members are being drained.</summary>
    public const string Draining = "Draining";

    /// <summary>Members are lost or refused what they were sent, or sessions have no keys.</summary>
    public const string Degraded = "Degraded";

    /// <summary>Every pod has a sidecar, and those that are attached are of this operator's version.</summary>
    public const string SidecarsCurrent = "SidecarsCurrent";

    /// <summary>Drains by choice wait, because <c>drain.minAvailable</c> would not hold.</summary>
    public const string CapacityGuarded = "CapacityGuarded";
}
