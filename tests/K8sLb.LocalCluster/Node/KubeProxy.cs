using System.Globalization;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Pki;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

internal static class KubeProxy
{
    public static ChildProcess Start(
        RunDirectory run,
        NodeNamespaces namespaces,
        AssetSet assets,
        ClusterPki pki,
        Uri server,
        string node,
        string address,
        TimeSpan endpointLag
    )
    {
        var kubeconfig = pki.WriteKubeconfig($"{node}-proxy", server, "system:kube-proxy");
        var configuration = run.Combine(node, "kube-proxy.yaml");
        File.WriteAllText(configuration, Configuration(kubeconfig, node, address, endpointLag));
        return run.Start(
            $"{node}-kube-proxy",
            [.. namespaces.Enter, assets["kube-proxy"], $"--config={configuration}"]
        );
    }

    // clusterCIDR: what comes from elsewhere is masqueraded, so that answers of pods on other nodes come back by the same way.
    // The limits of conntrack belong to the machine: zeros leave them alone.
    private static string Configuration(string kubeconfig, string node, string address, TimeSpan endpointLag) =>
        $$"""
            apiVersion: kubeproxy.config.k8s.io/v1alpha1
            kind: KubeProxyConfiguration
            clientConnection: {kubeconfig: "{{kubeconfig}}" }
            mode: iptables
            clusterCIDR: {{NodeNetwork.PodRanges}}
            hostnameOverride: {{node}}
            bindAddress: {{address}}
            healthzBindAddress: 127.0.0.1:10256
            metricsBindAddress: 127.0.0.1:10249
            oomScoreAdj: 0
            conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
            iptables:
              masqueradeAll: false
              minSyncPeriod: {{endpointLag.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)}}ms
              syncPeriod: {{Math.Max(30, endpointLag.TotalSeconds).ToString("0", CultureInfo.InvariantCulture)}}s

            """;
}
