namespace K8sLb.LocalCluster.Assets;

/// <summary>Where programs are looked for, taken once from the environment.</summary>
/// <param name="Named">KUBEBUILDER_ASSETS, which controller projects use for the same purpose.</param>
/// <param name="Path">PATH, and the administrator's folders that a user's PATH often lacks.</param>
/// <param name="PathVariable">PATH as it is.</param>
/// <param name="Cache">What was built or fetched before; may not exist yet.</param>
public sealed record AssetFolders(string? Named, IReadOnlyList<string> Path, string PathVariable, string Cache)
{
    /// <summary>The programs that this project built or fetched.</summary>
    public string CachedPrograms => System.IO.Path.Combine(Cache, "bin");

    public static AssetFolders FromEnvironment() => From(Environment.GetEnvironmentVariable);

    public static AssetFolders From(Func<string, string?> variable)
    {
        var named = variable("KUBEBUILDER_ASSETS");
        var path = variable("PATH") ?? "";
        var caches = variable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(caches))
        {
            caches = System.IO.Path.Combine(variable("HOME") ?? "/", ".cache");
        }
        string[] administration = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
        return new AssetFolders(
            string.IsNullOrEmpty(named) ? null : named,
            [.. path.Split(':', StringSplitOptions.RemoveEmptyEntries).Union(administration)],
            path,
            System.IO.Path.Combine(caches, "k8slb")
        );
    }

    /// <summary>Where one program may be, the first place to look first.</summary>
    public IEnumerable<string> Candidates(AssetSpec asset)
    {
        IEnumerable<string> named = Named is null ? [] : [Named];
        var usual = asset.Folders.Count > 0 ? asset.Folders : Path;
        return named.Concat(usual).Append(CachedPrograms).Select(folder => System.IO.Path.Combine(folder, asset.Name));
    }
}
