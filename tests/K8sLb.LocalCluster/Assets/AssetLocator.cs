namespace K8sLb.LocalCluster.Assets;

/// <summary>Finds the programs of a tier: KUBEBUILDER_ASSETS, then PATH, then the cache.</summary>
public sealed class AssetLocator(AssetFolders folders)
{
    public static AssetLocator FromEnvironment() => new(AssetFolders.FromEnvironment());

    /// <exception cref="MissingAssetsException">Not all of them are there.</exception>
    public async Task<AssetSet> FindAsync(AssetTier tier, CancellationToken ct = default)
    {
        var (found, missing) = await LookAsync(tier, ct);
        return missing.Count == 0 ? new AssetSet(found) : throw new MissingAssetsException(missing, folders);
    }

    public async Task<(IReadOnlyList<FoundAsset> Found, IReadOnlyList<AssetSpec> Missing)> LookAsync(
        AssetTier tier,
        CancellationToken ct = default
    )
    {
        var specs = AssetCatalog.For(tier).ToList();
        var results = await Task.WhenAll(specs.Select(a => FindAsync(a, ct)));
        return ([.. results.OfType<FoundAsset>()], [.. specs.Where((_, i) => results[i] is null)]);
    }

    private async Task<FoundAsset?> FindAsync(AssetSpec asset, CancellationToken ct)
    {
        foreach (var folder in folders.For(asset))
        {
            if (await AssetProbe.TryAsync(asset, Path.Combine(folder, asset.Name), ct) is { } found)
            {
                return found;
            }
        }
        return null;
    }
}
