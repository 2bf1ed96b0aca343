namespace K8sLb.LocalCluster.Assets;

/// <summary>Finds programs: in KUBEBUILDER_ASSETS, then on PATH, then in the cache.</summary>
public sealed class AssetLocator(AssetFolders folders)
{
    private const string Server = "kube-apiserver";

    public static AssetLocator FromEnvironment() => new(AssetFolders.FromEnvironment());

    /// <summary>Every program of a tier.</summary>
    /// <exception cref="MissingAssetsException">Not all of them are there.</exception>
    public Task<AssetSet> FindAsync(AssetTier tier, CancellationToken ct = default) =>
        FindAsync([.. AssetCatalog.For(tier).Select(asset => asset.Name)], ct);

    /// <exception cref="MissingAssetsException">Not all of them are there.</exception>
    public async Task<AssetSet> FindAsync(IReadOnlyCollection<string> names, CancellationToken ct = default)
    {
        var search = await SearchAsync(AssetCatalog.All.Where(asset => names.Contains(asset.Name)), ct);
        return search.Missing.Count == 0
            ? new AssetSet(search.Found)
            : throw new MissingAssetsException(search.Missing, folders, search.ServerVersion);
    }

    public async Task<AssetSearch> SearchAsync(IEnumerable<AssetSpec> wanted, CancellationToken ct = default)
    {
        var known = new ReadyList(folders).Read();
        var server = await FindAsync(AssetCatalog.Get(Server), known, null, ct);
        var specs = wanted.ToList();
        var results = await Task.WhenAll(
            specs.Select(asset => asset.Name == Server ? Task.FromResult(server) : FindAsync(asset, known, server, ct))
        );
        return new AssetSearch(
            [.. results.OfType<FoundAsset>()],
            [.. specs.Where((_, i) => results[i] is null)],
            server?.Version
        );
    }

    /// <param name="server">The kube-apiserver that this one has to go with.</param>
    private async Task<FoundAsset?> FindAsync(
        AssetSpec asset,
        IReadOnlyDictionary<string, FoundAsset> known,
        FoundAsset? server,
        CancellationToken ct
    )
    {
        if (known.TryGetValue(asset.Name, out var before) && GoesWith(asset, before, server))
        {
            return before;
        }
        foreach (var path in folders.Candidates(asset))
        {
            if (await AssetProbe.TryAsync(asset, path, ct) is { } found && GoesWith(asset, found, server))
            {
                return found;
            }
        }
        return null;
    }

    // Kubernetes' own rules on version skew are wider, but not the same for every component.
    private static bool GoesWith(AssetSpec asset, FoundAsset found, FoundAsset? server) =>
        asset.Source is not AssetSource.KubernetesBuild || server is null || Minor(found) == Minor(server);

    private static string Minor(FoundAsset asset) => string.Join('.', asset.Version.Split('.').Take(2));
}

/// <param name="ServerVersion">Of the kube-apiserver found, which the other components of Kubernetes must go with.</param>
public sealed record AssetSearch(
    IReadOnlyList<FoundAsset> Found,
    IReadOnlyList<AssetSpec> Missing,
    string? ServerVersion
);
