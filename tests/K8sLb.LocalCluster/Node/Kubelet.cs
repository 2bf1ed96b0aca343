using System.Net;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Pki;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

internal static class Kubelet
{
    public static ChildProcess Start(
        RunDirectory run,
        NodeNamespaces namespaces,
        AssetSet assets,
        ClusterPki pki,
        Uri server,
        ContainerRuntime runtime,
        string node,
        string address
    )
    {
        var folder = run.Combine(node);
        var user = $"system:node:{node}";
        var certificate = pki.WriteServer(
            node,
            user,
            [node],
            [IPAddress.Parse(address), IPAddress.Loopback],
            "system:nodes"
        );
        // Without it pods would get the machine's own. There is no cluster DNS: the API is reached by its address.
        var resolver = Path.Combine(folder, "resolv.conf");
        File.WriteAllText(resolver, "nameserver 127.0.0.1\noptions timeout:1\n");
        var configuration = Path.Combine(folder, "kubelet.yaml");
        var cgroup = NodeCgroup.Create(run, node);
        File.WriteAllText(configuration, Configuration(folder, pki, certificate, cgroup, address, resolver));
        return run.Start(
            $"{node}-kubelet",
            [
                .. namespaces.Enter,
                assets["kubelet"],
                $"--config={configuration}",
                $"--kubeconfig={pki.WriteKubeconfig(node, server, user, "system:nodes")}",
                $"--root-dir={folder}/kubelet",
                $"--cert-dir={folder}/kubelet-certificates",
                $"--hostname-override={node}",
                $"--node-ip={address}",
                $"--container-runtime-endpoint={runtime.Endpoint}",
                .. RuntimeArguments(assets.Version("kubelet")),
            ]
        );
    }

    // From 1.24 on there is no other runtime than a remote one, and 1.27 no longer knows the argument.
    private static IEnumerable<string> RuntimeArguments(string version) =>
        Version.TryParse(version.TrimStart('v'), out var v) && v < new Version(1, 24)
            ? ["--container-runtime=remote"]
            : [];

    private static string Configuration(
        string folder,
        ClusterPki pki,
        CertificateFiles certificate,
        string cgroup,
        string address,
        string resolver
    ) =>
        $$"""
            apiVersion: kubelet.config.k8s.io/v1beta1
            kind: KubeletConfiguration
            authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: "{{pki.AuthorityFile}}" } }
            authorization: {mode: Webhook}
            tlsCertFile: {{certificate.CertificatePath}}
            tlsPrivateKeyFile: {{certificate.KeyPath}}
            address: {{address}}
            healthzBindAddress: 127.0.0.1
            cgroupDriver: cgroupfs
            cgroupRoot: {{cgroup}}
            cgroupsPerQOS: true
            enforceNodeAllocatable: [pods]
            failSwapOn: false
            # Where CAP_SYS_RESOURCE is missing, nobody may lower an oom_score_adj.
            oomScoreAdj: 0
            clusterDomain: cluster.local
            clusterDNS: []
            resolvConf: {{resolver}}
            volumePluginDir: {{folder}}/volume-plugins
            # The storage is memory or a disk shared with everything else: no eviction, no image collection on its account.
            evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
            imageGCHighThresholdPercent: 100
            imageGCLowThresholdPercent: 99
            nodeStatusUpdateFrequency: 1s
            syncFrequency: 10s
            fileCheckFrequency: 0s
            maxPods: 60

            """;
}
