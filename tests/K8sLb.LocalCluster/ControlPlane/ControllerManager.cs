using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Pki;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

internal static class ControllerManager
{
    public static ChildProcess Start(
        Placement placement,
        ClusterPki pki,
        AssetSet assets,
        Uri server,
        ControllerManagerOptions options
    )
    {
        const string Name = "kube-controller-manager";
        var kubeconfig = pki.WriteKubeconfig("controller-manager", server, "system:kube-controller-manager");
        return placement.Start(
            Name,
            [
                assets[Name],
                $"--kubeconfig={kubeconfig}",
                "--bind-address=127.0.0.1",
                $"--secure-port={FreePorts.Take(1)[0]}",
                $"--cert-dir={Path.GetDirectoryName(pki.AuthorityFile)}",
                $"--service-account-private-key-file={pki.TokenSigningKeyFile}",
                $"--root-ca-file={pki.AuthorityFile}",
                $"--cluster-signing-cert-file={pki.AuthorityFile}",
                $"--cluster-signing-key-file={pki.AuthorityKeyFile}",
                "--use-service-account-credentials=true",
                "--leader-elect=false",
                $"--controllers={string.Join(',', options.Controllers)}",
                .. FeatureGates.For(assets.Version(Name)),
                .. options.Arguments,
            ]
        );
    }
}
