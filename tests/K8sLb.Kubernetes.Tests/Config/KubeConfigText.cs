namespace K8sLb.Kubernetes.Tests.Config;

internal static class KubeConfigText
{
    /// <summary>A kubeconfig with these further fields (lines) of the cluster and the user.</summary>
    public static string With(string cluster, string user) =>
        string.Join(
            '\n',
            [
                "apiVersion: v1",
                "kind: Config",
                "current-context: here",
                "contexts:",
                "- name: here",
                "  context:",
                "    cluster: local",
                "    user: admin",
                "    namespace: shop",
                "clusters:",
                "- name: local",
                "  cluster:",
                "    server: https://127.0.0.1:6443",
                .. Indented(cluster),
                "users:",
                "- name: admin",
                "  user:",
                "    x: y",
                .. Indented(user),
            ]
        );

    private static IEnumerable<string> Indented(string lines) =>
        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => "    " + line);
}
