namespace K8sLb.Operator.Api;

/// <summary>
/// Reasons of the events that the operator writes itself. Those about a member's phase come from the planner: DrainStarted,
/// Drained, DrainForced, DrainCancelled, DrainHeldBack, Rebalancing, Ejected, CircuitOpened, CircuitClosed, Warming, Active, Lost,
/// Gone.
/// </summary>
public static class EventReasons
{
    /// <summary>The spec could not be put into force.</summary>
    public const string NotAccepted = "NotAccepted";

    /// <summary>A spec is in force after one that was not.</summary>
    public const string Accepted = "Accepted";

    /// <summary>A sidecar refused what it was sent.</summary>
    public const string StateRefused = "StateRefused";

    /// <summary>A sidecar of another version than the operator's has attached; told once for each pod and version.</summary>
    public const string OtherSidecarVersion = "OtherSidecarVersion";

    /// <summary>An annotation of a pod has a value that means nothing; it is ignored.</summary>
    public const string InvalidAnnotation = "InvalidAnnotation";

    /// <summary>
    /// What was done, in events about pods that were injected, or not. Their reasons are those of docs/injection.md: SelectedByTwoPools,
    /// HostNetwork, PortTaken, OwnPreStop, UnnamedPort, PortMismatch, HostPort.
    /// </summary>
    public const string InjectAction = "Inject";
}
