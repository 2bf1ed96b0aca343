using System.Security.Cryptography;
using System.Text;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Images.Sbom;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Images;

/// <summary>Builds the images of this tree into artifacts/images; those whose inputs are the same stay as they are.</summary>
public sealed class ImageBuilder(string tree, AssetFolders folders, Action<string> say)
{
    private readonly Dictionary<string, ImageLayer> sharedLayers = [];

    /// <summary>The archive of an image, whether it is there or not.</summary>
    public static string ArchivePath(string tree, string name) =>
        Path.Combine(tree, "artifacts", "images", $"{name}.tar");

    /// <summary>What the image holds, as CycloneDX; whether it is there or not.</summary>
    public static string SbomPath(string tree, string name) =>
        Path.Combine(tree, "artifacts", "images", $"{name}.cdx.json");

    /// <returns>What came of them.</returns>
    public async Task<IReadOnlyList<ImageFigures>> BuildAsync(IEnumerable<ImageProject> projects, CancellationToken ct)
    {
        var lockFile = ArchivePath(tree, "build") + ".lock";
        using (await FileLock.TakeAsync(lockFile, () => say("waiting for another build of the images"), ct))
        {
            var images = new List<ImageFigures>();
            var fetched = await BaseLayer.FetchAsync(folders, ct);
            foreach (var project in projects)
            {
                await BuildAsync(project, fetched, ct);
                images.Add(
                    ImageFigures.Read(project.Image, ArchivePath(tree, project.Name), SbomPath(tree, project.Name))
                );
            }
            return images;
        }
    }

    private async Task BuildAsync(ImageProject project, BaseLayer fetched, CancellationToken ct)
    {
        var archive = ArchivePath(tree, project.Name);
        var sbom = SbomPath(tree, project.Name);
        var stamp = archive + ".inputs";
        var source = await SourceRevision.FindAsync(tree, project.InputPaths(tree), ct);
        var inputs = await FingerprintAsync(project, fetched, source, ct);
        string[] outputs = [archive, sbom, stamp];
        if (outputs.All(File.Exists) && await File.ReadAllTextAsync(stamp, ct) == inputs)
        {
            say($"{project.Image} is up to date");
            return;
        }
        var clock = System.Diagnostics.Stopwatch.StartNew();
        File.Delete(stamp);
        var program = await PublishedProgram.PublishAsync(tree, project, ct);
        var distribution = Distribution.OfThisMachine();
        var labels = project.Labels(program.Packages.Version, source, distribution);
        var contents = CycloneDx.Write(
            labels,
            [
                .. program.Packages.Components,
                .. fetched.Contents.Select(package => SoftwareComponent.Of(package, distribution)),
            ]
        );
        await File.WriteAllTextAsync(sbom, contents, ct);
        OciArchive.Write(
            archive,
            project.Image,
            [
                Shared(fetched.Fingerprint, fetched.Build),
                Shared(program.RuntimeFingerprint, () => ImageLayer.Of(program.InImage(program.RuntimeFiles))),
                ImageLayer.Of(program.InImage(program.OwnFiles)),
                ImageLayer.Of([ImageFile.FromText($"usr/share/sbom/{Path.GetFileName(sbom)}", contents)]),
            ],
            project.Config(labels)
        );
        await File.WriteAllTextAsync(stamp, inputs, ct);
        var megabytes = new FileInfo(archive).Length / 1e6;
        say(
            $"{project.Image}: {Path.GetRelativePath(tree, archive)}, {megabytes:0} MB in {clock.Elapsed.TotalSeconds:0} s"
        );
    }

    private ImageLayer Shared(string key, Func<ImageLayer> build)
    {
        if (!sharedLayers.TryGetValue(key, out var layer))
        {
            sharedLayers[key] = layer = build();
        }
        return layer;
    }

    /// <summary>What the image depends on: sources and their commit, packages, and the code that makes images.</summary>
    private async Task<string> FingerprintAsync(
        ImageProject project,
        BaseLayer fetched,
        SourceRevision source,
        CancellationToken ct
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(
            Encoding.UTF8.GetBytes($"{fetched.Fingerprint} {source} {typeof(ImageBuilder).Module.ModuleVersionId}")
        );
        foreach (var input in project.Inputs(tree).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(tree, input)));
            hash.AppendData(SHA256.HashData(await File.ReadAllBytesAsync(input, ct)));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
