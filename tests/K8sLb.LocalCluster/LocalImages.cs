namespace K8sLb.LocalCluster;

/// <summary>Names of the images that this tree builds. No registry has them: a node gets them from archives.</summary>
public static class LocalImages
{
    public const string Operator = "k8slb.local/operator:dev";

    public const string Sidecar = "k8slb.local/sidecar:dev";

    public const string SampleApp = "k8slb.local/sample-app:dev";

    /// <summary>What holds a pod's namespaces; with busybox inside, so it serves as a small test image too.</summary>
    public const string Pause = "k8slb.local/pause:dev";
}
