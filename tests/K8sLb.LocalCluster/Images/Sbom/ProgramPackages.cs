using System.Text.Json.Nodes;

namespace K8sLb.LocalCluster.Images.Sbom;

/// <summary>The packages whose files a published program holds, the .NET runtime's among them.</summary>
/// <param name="Version">Of the program.</param>
public sealed record ProgramPackages(string Version, IReadOnlyList<SoftwareComponent> Components)
{
    private static readonly string[] AssetKinds = ["runtime", "native", "resources"];

    /// <param name="folder">What was published, with PROGRAM.deps.json.</param>
    /// <param name="assetsFile">project.assets.json of the restore before it.</param>
    public static ProgramPackages Read(string folder, string program, string assetsFile)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, $"{program}.deps.json")))!;
        var restored = RestoredPackages.Read(assetsFile);
        var target = manifest["targets"]![manifest["runtimeTarget"]!["name"]!.GetValue<string>()]!.AsObject();
        var kinds = manifest["libraries"]!
            .AsObject()
            .ToDictionary(library => library.Key, library => library.Value!["type"]!.GetValue<string>());
        var present = target
            .Where(library => kinds[library.Key] != "project" && Files(library.Value!).Any(IsPublished))
            .Select(library => (Node: library.Value!, Package: Identify(library.Key, kinds[library.Key], restored)))
            .ToList();
        var purls = present.ToDictionary(
            library => library.Package.Name,
            library => PackageUrl.NuGet(library.Package.Name, library.Package.Version)
        );
        return new ProgramPackages(
            Parted(
                target.Single(library => library.Key.StartsWith($"{program}/", StringComparison.Ordinal)).Key
            ).Version,
            [
                .. present
                    .Select(library => new SoftwareComponent(
                        library.Package.Kind,
                        library.Package.Name,
                        library.Package.Version,
                        purls[library.Package.Name]
                    )
                    {
                        Hash = restored.Hash(library.Package.Name, library.Package.Version),
                        Needs = [.. Needed(library.Node).Where(purls.ContainsKey).Select(name => purls[name])],
                    })
                    .OrderBy(component => component.Purl, StringComparer.Ordinal),
            ]
        );

        // Trimming leaves out files, and packages may have none that run.
        bool IsPublished(string file) => File.Exists(Path.Combine(folder, file));
    }

    private static (string Kind, string Name, string Version) Identify(
        string library,
        string kind,
        RestoredPackages restored
    )
    {
        const string pack = "runtimepack.";
        var (name, version) = Parted(library);
        return kind switch
        {
            "runtimepack" => ("framework", name[pack.Length..], version),
            // A referenced file, with its assembly's version: the package that holds it was downloaded on its own.
            "reference" => ("library", name, restored.DownloadedVersion(name) ?? version),
            _ => ("library", name, version),
        };
    }

    private static (string Name, string Version) Parted(string library)
    {
        var slash = library.IndexOf('/', StringComparison.Ordinal);
        return (library[..slash], library[(slash + 1)..]);
    }

    // The folders in these names are the package's; a publish for one platform has none, but for resources' languages.
    private static IEnumerable<string> Files(JsonNode library) =>
        AssetKinds
            .Select(kind => library[kind])
            .OfType<JsonObject>()
            .SelectMany(files => files)
            .Select(file =>
                file.Value?["locale"]?.GetValue<string>() is { } locale
                    ? Path.Combine(locale, Path.GetFileName(file.Key))
                    : Path.GetFileName(file.Key)
            );

    private static IEnumerable<string> Needed(JsonNode library) =>
        library["dependencies"] is JsonObject dependencies
            ? dependencies.Select(dependency => dependency.Key).Order(StringComparer.Ordinal)
            : [];
}
