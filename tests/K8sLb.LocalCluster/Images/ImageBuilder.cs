using System.Security.Cryptography;
using System.Text;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Images;

/// <summary>Builds the images of this tree into artifacts/images; those whose inputs are the same stay as they are.</summary>
public sealed class ImageBuilder(string tree, AssetFolders folders, Action<string> say)
{
    private readonly Dictionary<string, ImageLayer> sharedLayers = [];

    /// <summary>The archive of an image, whether it is there or not.</summary>
    public static string ArchivePath(string tree, string name) =>
        Path.Combine(tree, "artifacts", "images", $"{name}.tar");

    /// <returns>The archives' paths.</returns>
    public async Task<IReadOnlyList<string>> BuildAsync(IEnumerable<ImageProject> projects, CancellationToken ct)
    {
        var lockFile = ArchivePath(tree, "build") + ".lock";
        using (await FileLock.TakeAsync(lockFile, () => say("waiting for another build of the images"), ct))
        {
            var archives = new List<string>();
            var fetched = await BaseLayer.FetchAsync(folders, ct);
            foreach (var project in projects)
            {
                archives.Add(await BuildAsync(project, fetched, ct));
            }
            return archives;
        }
    }

    private async Task<string> BuildAsync(ImageProject project, BaseLayer fetched, CancellationToken ct)
    {
        var archive = ArchivePath(tree, project.Name);
        var stamp = archive + ".inputs";
        var inputs = await FingerprintAsync(project, fetched, ct);
        if (File.Exists(archive) && File.Exists(stamp) && await File.ReadAllTextAsync(stamp, ct) == inputs)
        {
            say($"{project.Image} is up to date");
            return archive;
        }
        var clock = System.Diagnostics.Stopwatch.StartNew();
        File.Delete(stamp);
        var program = await PublishedProgram.PublishAsync(tree, project, ct);
        OciArchive.Write(
            archive,
            project.Image,
            [
                Shared(fetched.Fingerprint, fetched.Build),
                Shared(program.RuntimeFingerprint, () => ImageLayer.Of(program.InImage(program.RuntimeFiles))),
                ImageLayer.Of(program.InImage(program.OwnFiles)),
            ],
            new ImageConfig(
                [$"/app/{project.Program}"],
                "65532:65532",
                "/app",
                [.. project.Environment.Select(variable => $"{variable.Key}={variable.Value}")]
            )
        );
        await File.WriteAllTextAsync(stamp, inputs, ct);
        var megabytes = new FileInfo(archive).Length / 1e6;
        say(
            $"{project.Image}: {Path.GetRelativePath(tree, archive)}, {megabytes:0} MB in {clock.Elapsed.TotalSeconds:0} s"
        );
        return archive;
    }

    private ImageLayer Shared(string key, Func<ImageLayer> build)
    {
        if (!sharedLayers.TryGetValue(key, out var layer))
        {
            sharedLayers[key] = layer = build();
        }
        return layer;
    }

    /// <summary>What the image depends on: sources, packages, and the code that makes images.</summary>
    private async Task<string> FingerprintAsync(ImageProject project, BaseLayer fetched, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{fetched.Fingerprint} {typeof(ImageBuilder).Module.ModuleVersionId}"));
        foreach (var input in project.Inputs(tree).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(tree, input)));
            hash.AppendData(SHA256.HashData(await File.ReadAllBytesAsync(input, ct)));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
