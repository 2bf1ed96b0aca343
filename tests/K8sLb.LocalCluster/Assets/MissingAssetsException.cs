namespace K8sLb.LocalCluster.Assets;

/// <summary>Programs are missing; the message names them, where they were looked for and how to get them.</summary>
public sealed class MissingAssetsException(IReadOnlyCollection<AssetSpec> missing, AssetFolders folders)
    : Exception(
        $"missing: {string.Join(", ", missing.Select(a => a.Name))}. Looked in KUBEBUILDER_ASSETS "
            + $"({folders.Named ?? "not set"}), PATH and {folders.CachedPrograms}. Run `make cluster-assets` "
            + "to install and build what is missing, or set KUBEBUILDER_ASSETS to a folder that has it."
    )
{
    public IReadOnlyCollection<AssetSpec> Missing { get; } = missing;
}
