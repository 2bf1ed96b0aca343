namespace K8sLb.LocalCluster.Assets;

/// <summary>Every program that the local cluster uses.</summary>
public static class AssetCatalog
{
    /// <summary>The server version that is built where none is found: the last one that Debian carries in full.</summary>
    public const string BuiltVersion = "v1.20.2";

    private static readonly AssetSource.KubernetesBuild Build = new();

    public static IReadOnlyList<AssetSpec> All { get; } =
    [
        new("etcd", AssetTier.ControlPlane, new AssetSource.DebianPackage("etcd-server"), "--version"),
        new("kube-apiserver", AssetTier.ControlPlane, Build, "--version"),
        new("kube-controller-manager", AssetTier.ControlPlane, Build, "--version"),
        new("kubectl", AssetTier.ControlPlane, new AssetSource.ClientTools(), "version", "--client"),
        new("helm", AssetTier.ControlPlane, new AssetSource.ClientTools(), "version", "--short"),
        new("kube-scheduler", AssetTier.Node, Build, "--version"),
        new("kubelet", AssetTier.Node, Build, "--version"),
        new("kube-proxy", AssetTier.Node, Build, "--version"),
        new("containerd", AssetTier.Node, new AssetSource.DebianPackage("containerd"), "--version"),
        new("containerd-shim-runc-v2", AssetTier.Node, new AssetSource.DebianPackage("containerd"), "-v"),
        new("ctr", AssetTier.Node, new AssetSource.DebianPackage("containerd"), "--version"),
        new("runc", AssetTier.Node, new AssetSource.DebianPackage("runc"), "--version"),
        new("iptables", AssetTier.Node, new AssetSource.DebianPackage("iptables"), "--version"),
        new("conntrack", AssetTier.Node, new AssetSource.DebianPackage("conntrack"), "--version"),
        new("ip", AssetTier.Node, new AssetSource.DebianPackage("iproute2"), "-V"),
        Cni("bridge"),
        Cni("host-local"),
        Cni("loopback"),
        Cni("portmap"),
    ];

    public static IEnumerable<AssetSpec> For(AssetTier tier) => All.Where(a => a.Tier <= tier);

    public static AssetSpec Get(string name) => All.First(a => a.Name == name);

    private static AssetSpec Cni(string name) =>
        new(name, AssetTier.Node, new AssetSource.DebianPackage("containernetworking-plugins"), "--version")
        {
            // Not on PATH, where "bridge" is another program.
            Folders = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"],
        };
}
