using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace K8sLb.LocalCluster.Assets;

/// <summary>
/// What was found for a tier the last time, so that nobody has to run every program to know that it is usable.
/// scripts/assets.sh reads it too, and names it in the same way. A line is: path, size, time of change (s), name, version.
/// </summary>
public sealed class ReadyList(AssetFolders folders)
{
    /// <returns>Of what was found, what is still there, unchanged and not overtaken by a file in an earlier folder.</returns>
    public IReadOnlyDictionary<string, FoundAsset> Read()
    {
        var found = new Dictionary<string, FoundAsset>();
        foreach (var path in Enum.GetValues<AssetTier>().Select(PathFor).Where(File.Exists))
        {
            foreach (var fields in File.ReadLines(path).Select(line => line.Split(' ')).Where(f => f.Length == 5))
            {
                var asset = new FoundAsset(fields[3], fields[0], fields[4]);
                if (Describe(asset) == string.Join(' ', fields) && IsFirst(asset))
                {
                    found[asset.Name] = asset;
                }
            }
        }
        return found;
    }

    public void Write(AssetTier tier, IEnumerable<FoundAsset> found)
    {
        var path = PathFor(tier);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".part", string.Concat(found.Select(asset => Describe(asset) + "\n")));
        File.Move(path + ".part", path, overwrite: true);
    }

    public string PathFor(AssetTier tier)
    {
        var environment = Encoding.UTF8.GetBytes($"{folders.Named}\n{folders.PathVariable}\n");
        var name = tier == AssetTier.ControlPlane ? "control-plane" : "node";
        return Path.Combine(
            folders.Cache,
            "ready",
            $"{name}-{Convert.ToHexStringLower(SHA256.HashData(environment))[..16]}"
        );
    }

    private bool IsFirst(FoundAsset asset) =>
        folders.Candidates(AssetCatalog.Get(asset.Name)).FirstOrDefault(File.Exists) == asset.Path;

    private static string Describe(FoundAsset asset)
    {
        var file = new FileInfo(asset.Path);
        file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        if (!file.Exists)
        {
            return "";
        }
        var changed = new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeSeconds();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{asset.Path} {file.Length} {changed} {asset.Name} {asset.Version}"
        );
    }
}
