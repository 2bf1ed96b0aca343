namespace K8sLb.LocalCluster.Assets;

/// <summary>Programs are missing; the message names them, where they were looked for and how to get them.</summary>
public sealed class MissingAssetsException(
    IReadOnlyCollection<AssetSpec> missing,
    AssetFolders folders,
    string? serverVersion
) : Exception(Describe(missing, folders, serverVersion))
{
    public IReadOnlyCollection<AssetSpec> Missing { get; } = missing;

    private static string Describe(IReadOnlyCollection<AssetSpec> missing, AssetFolders folders, string? serverVersion)
    {
        var names = string.Join(", ", missing.Select(asset => asset.Name));
        var version = missing.Any(asset => asset.Source is AssetSource.KubernetesBuild) ? serverVersion : null;
        var target = missing.Any(asset => asset.Tier == AssetTier.Node) ? "node-assets" : "cluster-assets";
        return $"missing: {names}{(version is null ? "" : $" (to go with kube-apiserver {version})")}. "
            + $"Looked in KUBEBUILDER_ASSETS ({folders.Named ?? "not set"}), PATH and {folders.CachedPrograms}. "
            + $"Run `make {target}` to install and build what is missing, or set KUBEBUILDER_ASSETS to a folder that has it.";
    }
}
