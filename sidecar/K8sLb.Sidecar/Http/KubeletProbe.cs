namespace K8sLb.Sidecar.Http;

/// <summary>Tells the kubelet's HTTP probes by their User-Agent, as the kubelet's own code names it: kube-probe/1.29.</summary>
internal static class KubeletProbe
{
    private const string UserAgent = "kube-probe/";

    public static bool Is(HttpRequest request) =>
        request.Headers.UserAgent is [{ } agent] && agent.StartsWith(UserAgent, StringComparison.Ordinal);
}
