namespace K8sLb.LocalCluster.Assets;

/// <summary>Every program of a tier, found and usable.</summary>
public sealed class AssetSet(IEnumerable<FoundAsset> assets)
{
    private readonly Dictionary<string, FoundAsset> assets = assets.ToDictionary(a => a.Name);

    public IReadOnlyCollection<FoundAsset> All => assets.Values;

    /// <returns>The program's path.</returns>
    public string this[string name] => assets[name].Path;

    public string Version(string name) => assets[name].Version;
}
