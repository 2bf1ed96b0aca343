namespace K8sLb.Demo;

internal static class PodName
{
    /// <summary>What tells the pods of one Deployment apart.</summary>
    public static string Short(string pod) => pod[(pod.LastIndexOf('-') + 1)..];
}
