using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Pki;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

internal static class Scheduler
{
    public static ChildProcess Start(Placement placement, ClusterPki pki, AssetSet assets, Uri server) =>
        placement.Start(
            "kube-scheduler",
            [
                assets["kube-scheduler"],
                $"--kubeconfig={pki.WriteKubeconfig("scheduler", server, "system:kube-scheduler")}",
                "--bind-address=127.0.0.1",
                $"--secure-port={FreePorts.Take(1)[0]}",
                $"--cert-dir={Path.GetDirectoryName(pki.AuthorityFile)}",
                "--leader-elect=false",
            ]
        );
}
