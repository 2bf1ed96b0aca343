namespace K8sLb.LocalCluster.Processes;

/// <summary>Where the processes of a control plane run.</summary>
/// <param name="Prefix">Goes before each command, to run it in namespaces of its own; empty for here.</param>
/// <param name="ApiServerPort">Free on loopback both there and here.</param>
internal sealed record Placement(RunDirectory Run, IReadOnlyList<string> Prefix, int ApiServerPort)
{
    public ChildProcess Start(string name, IEnumerable<string> command) => Run.Start(name, [.. Prefix, .. command]);
}
