using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using K8sLb.LocalCluster.Images.Sbom;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Images;

/// <summary>A self-contained publish, parted into the .NET runtime, which all programs share, and the program's own.</summary>
/// <param name="RuntimeFingerprint">The same for the same runtime files. A trimmed program has its own.</param>
public sealed record PublishedProgram(
    string RuntimeFingerprint,
    IReadOnlyList<string> RuntimeFiles,
    IReadOnlyList<string> OwnFiles
)
{
    /// <exception cref="CommandFailedException">It does not build; the message holds what was said.</exception>
    public static async Task<PublishedProgram> PublishAsync(string tree, ImageProject project, CancellationToken ct)
    {
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        // Not among the tree's other builds: a restore for one platform would invalidate theirs.
        var build = Path.Combine(tree, "artifacts", "image-build");
        var output = Path.Combine(build, "output", project.Name);
        if (Directory.Exists(output))
        {
            Directory.Delete(output, recursive: true);
        }
        string[] command = ["dotnet", "publish", project.ProjectFile(tree), "--configuration", "Release"];
        await Command.RunAsync(
            [
                .. command,
                "--runtime",
                $"linux-{architecture}",
                "--self-contained",
                "--artifacts-path",
                build,
                "--output",
                output,
                "-property:PublishReadyToRun=true",
                "-property:DebugType=none",
                "-verbosity:quiet",
                "-nologo",
            ],
            // A build server would inherit this program's pipes and keep them open after the publish.
            environment: new Dictionary<string, string>
            {
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["UseSharedCompilation"] = "false",
                ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            },
            ct: ct
        );
        var assets = Path.Combine(build, "obj", project.Program, "project.assets.json");
        return Read(output, $"{project.Program}.deps.json", ProgramPackages.Read(output, project.Program, assets));
    }

    private static PublishedProgram Read(string output, string dependencies, ProgramPackages packages)
    {
        var targets = JsonNode.Parse(File.ReadAllText(Path.Combine(output, dependencies)))!["targets"]!.AsObject();
        var packs = targets
            .SelectMany(target => target.Value!.AsObject())
            .Where(library => library.Key.StartsWith("runtimepack.", StringComparison.Ordinal))
            .ToList();
        var runtime = packs
            .SelectMany(pack => new[] { pack.Value!["runtime"], pack.Value["native"] })
            .OfType<JsonObject>()
            .SelectMany(files => files)
            .Select(file => Path.Combine(output, Path.GetFileName(file.Key)))
            .ToHashSet();
        var files = Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories).ToList();
        var runtimeFiles = files.Where(runtime.Contains).Order(StringComparer.Ordinal).ToList();
        return new PublishedProgram(
            Fingerprint(runtimeFiles),
            runtimeFiles,
            [.. files.Where(file => !runtime.Contains(file))]
        )
        {
            Folder = output,
            Packages = packages,
        };
    }

    private static string Fingerprint(IEnumerable<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file)));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public required string Folder { get; init; }

    public required ProgramPackages Packages { get; init; }

    /// <summary>These files, in /app.</summary>
    public IEnumerable<ImageFile> InImage(IEnumerable<string> files) =>
        files.Select(file => ImageFile.FromDisk(new FileInfo(file), $"app/{Path.GetRelativePath(Folder, file)}"));
}
