using K8sLb.LocalCluster.Pki;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

internal static class ControllerManager
{
    public static ChildProcess Start(
        RunDirectory run,
        ClusterPki pki,
        string program,
        string version,
        Uri server,
        int port,
        ControllerManagerOptions options,
        IReadOnlyList<string> prefix
    )
    {
        var kubeconfig = pki.WriteKubeconfig("controller-manager", server, "system:kube-controller-manager");
        return run.Start(
            "kube-controller-manager",
            [
                .. prefix,
                program,
                $"--kubeconfig={kubeconfig}",
                "--bind-address=127.0.0.1",
                $"--secure-port={port}",
                $"--cert-dir={Path.GetDirectoryName(pki.AuthorityFile)}",
                $"--service-account-private-key-file={pki.TokenSigningKeyFile}",
                $"--root-ca-file={pki.AuthorityFile}",
                $"--cluster-signing-cert-file={pki.AuthorityFile}",
                $"--cluster-signing-key-file={pki.AuthorityKeyFile}",
                "--use-service-account-credentials=true",
                "--leader-elect=false",
                $"--controllers={string.Join(',', options.Controllers)}",
                .. FeatureGates.For(version),
                .. options.Arguments,
            ]
        );
    }
}
