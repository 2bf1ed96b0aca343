using System.Net;

namespace K8sLb.LocalCluster;

public sealed record ControlPlaneOptions
{
    /// <summary>Null: no kube-controller-manager, so nobody makes EndpointSlices, ReplicaSets' pods or ServiceAccounts.</summary>
    public ControllerManagerOptions? ControllerManager { get; init; }

    /// <summary>Put after kube-apiserver's other arguments, so that they win over those.</summary>
    public IReadOnlyList<string> ApiServerArguments { get; init; } = [];

    /// <summary>Whether the server writes down every request: see <see cref="ControlPlane.Audit"/>.</summary>
    public bool Audit { get; init; }

    /// <summary>
    /// The address that nodes and pods reach the server by. Anything but loopback makes it listen on every address of
    /// its network namespace: for use inside one that has no way out.
    /// </summary>
    public IPAddress AdvertiseAddress { get; init; } = IPAddress.Loopback;

    /// <summary>How long the server may take to become ready.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(90);
}

public sealed record ControllerManagerOptions
{
    /// <summary>
    /// As kube-controller-manager's --controllers. The default leaves out the one that would call a node dead whose
    /// kubelet does not report, so that nodes can be made up (<see cref="ControlPlane.AddMadeUpNodeAsync"/>).
    /// </summary>
    public IReadOnlyList<string> Controllers { get; init; } = ["*", "-nodelifecycle"];

    public IReadOnlyList<string> Arguments { get; init; } = [];
}
