namespace K8sLb.LocalCluster.Assets;

/// <summary>What a tier needs of Kubernetes and its surroundings.</summary>
public enum AssetTier
{
    /// <summary>etcd and kube-apiserver on loopback, and the clients to try them with.</summary>
    ControlPlane,

    /// <summary>The control plane and real nodes with containers.</summary>
    Node,
}

/// <summary>A program that is found or got.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Tier">The first tier that needs it.</param>
/// <param name="Source">Where it comes from if it is not found.</param>
/// <param name="VersionArguments">With these it prints its version and ends with 0: the proof that it is usable.</param>
public sealed record AssetSpec(
    string Name,
    AssetTier Tier,
    AssetSource Source,
    params IReadOnlyList<string> VersionArguments
)
{
    /// <summary>Where to look instead of PATH; empty for PATH.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];
}

/// <summary>Where a missing asset comes from.</summary>
public abstract record AssetSource
{
    /// <summary>Built from the distribution's kubernetes source package; all of one version.</summary>
    public sealed record KubernetesBuild : AssetSource;

    /// <summary>A package of the distribution.</summary>
    public sealed record DebianPackage(string Package) : AssetSource;

    /// <summary>The package that brings helm and a kubectl for cloud functions.</summary>
    public sealed record ClientTools : AssetSource;
}
