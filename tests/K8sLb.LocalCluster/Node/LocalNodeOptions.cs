namespace K8sLb.LocalCluster;

public sealed record LocalNodeOptions
{
    /// <summary>1 to 3.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>
    /// How long kube-proxy may take to act on a change of endpoints, as it does in a large cluster: its
    /// iptables.minSyncPeriod. The first change after a quiet time is acted on at once, those that follow wait.
    /// </summary>
    public TimeSpan EndpointLag { get; init; } = TimeSpan.Zero;

    /// <summary>OCI archives that every node gets.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Put after kube-apiserver's other arguments.</summary>
    public IReadOnlyList<string> ApiServerArguments { get; init; } = [];

    /// <summary>How long the nodes may take to become ready once they have been started.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(120);
}
