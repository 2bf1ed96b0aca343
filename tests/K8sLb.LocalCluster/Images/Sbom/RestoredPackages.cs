using System.Text.Json.Nodes;

namespace K8sLb.LocalCluster.Images.Sbom;

/// <summary>What a restore wrote down of packages (project.assets.json), and left beside them.</summary>
internal sealed class RestoredPackages
{
    private readonly Dictionary<string, string> downloads;
    private readonly Dictionary<string, string> hashes;
    private readonly IReadOnlyList<string> folders;

    private RestoredPackages(JsonNode assets)
    {
        folders = [.. assets["packageFolders"]!.AsObject().Select(folder => folder.Key)];
        hashes = assets["libraries"]!
            .AsObject()
            .Where(library => library.Value!["sha512"] is not null)
            .ToDictionary(
                library => library.Key,
                library => library.Value!["sha512"]!.GetValue<string>(),
                StringComparer.OrdinalIgnoreCase
            );
        downloads = assets["project"]!["frameworks"]!
            .AsObject()
            .Select(framework => framework.Value!["downloadDependencies"])
            .OfType<JsonArray>()
            .SelectMany(packages => packages)
            .GroupBy(package => package!["name"]!.GetValue<string>(), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(
                packages => packages.Key,
                packages => ExactVersion(packages.First()!["version"]!.GetValue<string>()),
                StringComparer.OrdinalIgnoreCase
            );
    }

    public static RestoredPackages Read(string assetsFile) => new(JsonNode.Parse(File.ReadAllText(assetsFile))!);

    /// <returns>Null for what is no download of its own (PackageDownload, runtime packs).</returns>
    public string? DownloadedVersion(string name) => downloads.GetValueOrDefault(name);

    /// <returns>Null where neither the restore nor the package's folder has one.</returns>
    public ComponentHash? Hash(string name, string version)
    {
        var hash = hashes.GetValueOrDefault($"{name}/{version}") ?? HashOnDisk(name, version);
        return hash is null
            ? null
            : new ComponentHash("SHA-512", Convert.ToHexStringLower(Convert.FromBase64String(hash)));
    }

    // The layout of NuGet's package folder is in lower case throughout.
    private string? HashOnDisk(string name, string version)
    {
        var (id, number) = (name.ToLowerInvariant(), version.ToLowerInvariant());
        var file = folders
            .Select(folder => Path.Combine(folder, id, number, $"{id}.{number}.nupkg.sha512"))
            .FirstOrDefault(File.Exists);
        return file is null ? null : File.ReadAllText(file).Trim();
    }

    // "[2.1.0, 2.1.0]"
    private static string ExactVersion(string range) => range.Trim('[', ']').Split(',')[0].Trim();
}
