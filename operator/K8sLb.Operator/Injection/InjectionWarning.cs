using K8sLb.Protocol;

namespace K8sLb.Operator.Injection;

/// <summary>
/// What happened, and what to do. Under 256 characters where names are of usual length: the API server may cut what is longer.
/// docs/injection.md explains each.
/// </summary>
/// <param name="Reason">Of the event, in CamelCase.</param>
public sealed record InjectionWarning(string Reason, string Message)
{
    internal static InjectionWarning TwoPools(string owner, IEnumerable<string> others) =>
        new(
            "SelectedByTwoPools",
            $"BackendPools {owner} and {string.Join(", ", others)} select this pod; {owner}, the oldest, has it. "
                + "Narrow the selectors, so that one selects it"
        );

    internal static InjectionWarning HostNetwork { get; } =
        new(
            "HostNetwork",
            "no sidecar was injected: with hostNetwork its ports would be the node's, where another pod's may be. "
                + "Run without hostNetwork, or opt out with label k8slb.io/inject: disabled"
        );

    internal static InjectionWarning PortTaken(string container, long port) =>
        new(
            "PortTaken",
            $"no sidecar was injected: container {container} has port {port}, where the sidecar would listen. "
                + $"Move one of the two: 15008 and 15020 are the sidecar's own, others are ports[].port of the pool"
        );

    internal static InjectionWarning OwnPreStop(string container, int adminPort) =>
        new(
            "OwnPreStop",
            $"container {container} has a preStop hook of its own, so nothing holds its SIGTERM back until it is released. "
                + $"Begin the hook with: wget -qO- http://127.0.0.1:{adminPort}{DrainCall.PathWith($"${DrainCall.SecretVariable}")}"
        );

    internal static InjectionWarning Unnamed(PortPolicy port, string container) =>
        new(
            "UnnamedPort",
            $"port {port.TargetPort} of container {container} has no name: a Service with targetPort {port.TargetPort} goes past the sidecar. "
                + $"Name it {port.Name}, and write targetPort: {port.Name} in the Service"
        );

    internal static InjectionWarning Unlisted(PortPolicy port) =>
        new(
            "UnnamedPort",
            $"no container lists port {port.TargetPort} or {port.Name}: a Service with targetPort {port.TargetPort} goes past the sidecar. "
                + $"List it with name {port.Name}, and write targetPort: {port.Name} in the Service"
        );

    internal static InjectionWarning OtherNumber(PortPolicy port, string container, long number) =>
        new(
            "PortMismatch",
            $"port {port.Name} is {number} in container {container}, and targetPort {port.TargetPort} in the pool: "
                + $"the sidecar passes it on to {port.TargetPort}. Make them agree"
        );

    internal static InjectionWarning HostPort(string container, long hostPort) =>
        new(
            "HostPort",
            $"hostPort {hostPort} of container {container} goes past the sidecar. Reach the pod through its Service"
        );
}
