using K8sLb.LocalCluster;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>Users who may do what the chart lets the operator do, and no more.</summary>
internal static class Grants
{
    /// <summary>Also the group.</summary>
    public static string UserOf(PoolWorld world) => $"operators-of-{world.Namespace}";

    /// <summary>A user with these cluster-wide rules, and in the world's own namespace with the chart's Role and more.</summary>
    /// <returns>The path of its kubeconfig.</returns>
    public static async Task<string> GiveAsync(
        OperatorCluster cluster,
        PoolWorld world,
        string clusterRules,
        string moreRules = ""
    )
    {
        var group = UserOf(world);
        var manifests = $"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {ToYaml(group, null)}
            {clusterRules}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {ToYaml(group, null)}
            {Reference("ClusterRole", group)}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {ToYaml(group, world.Namespace)}
            {ChartRules.Text(clusterWide: false)}
            {moreRules}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {ToYaml(group, world.Namespace)}
            {Reference("Role", group)}
            """;
        await cluster.ControlPlane.KubectlAsync(["apply", "-f", "-"], manifests);
        return cluster.ControlPlane.WriteKubeconfig(group, group);
    }

    private static string ToYaml(string name, string? ns) =>
        ns is null ? $"{{name: {name}}}" : $"{{name: {name}, namespace: {ns}}}";

    private static string Reference(string kind, string group) =>
        $$"""
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: {{kind}}, name: {{group}}}
            subjects:
              - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: {{group}}}
            """;
}
