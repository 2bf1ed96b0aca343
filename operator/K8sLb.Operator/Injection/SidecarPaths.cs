namespace K8sLb.Operator.Injection;

/// <summary>Where the sidecar finds what is mounted, and on which ports it listens for others than clients.</summary>
internal static class SidecarPaths
{
    public const int PeerPort = 15008;
    public const int AdminPort = 15020;

    public const string StateVolume = "k8slb-state";
    public const string State = "/var/lib/k8slb";

    public const string IdentityVolume = "k8slb-identity";
    public const string Identity = "/var/run/secrets/k8slb";
    public const string Token = "token";
    public const string TokenAudience = "k8slb";

    /// <summary>The kubelet renews it when a fifth is left.</summary>
    public const int TokenSeconds = 3600;
}
