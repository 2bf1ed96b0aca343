namespace K8sLb.Protocol;

/// <summary>
/// How a preStop hook asks the sidecar of its pod to drain, and shows that it is the pod's own. Kubelets before 1.26 leave the headers of
/// a hook out (kubernetes/kubernetes#86139), so that the secret may stand in the path as well.
/// </summary>
public static class DrainCall
{
    public const string Path = "/drain";
    public const string SecretHeader = "K8sLb-Drain-Secret";

    /// <summary>Of the sidecar, and of containers that call with a command of their own.</summary>
    public const string SecretVariable = "K8SLB_DRAIN_SECRET";

    /// <summary>As many characters as 128 bits take in hexadecimal, half of that in a denser writing.</summary>
    public const int ShortestSecret = 16;

    public static string PathWith(string secret) => $"{Path}/{secret}";
}
