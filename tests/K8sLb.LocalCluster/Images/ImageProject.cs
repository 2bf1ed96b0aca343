using System.Xml.Linq;

namespace K8sLb.LocalCluster.Images;

/// <summary>A program of this tree that becomes an image.</summary>
/// <param name="Name">Of its archive.</param>
/// <param name="Image">With tag.</param>
/// <param name="Description">One sentence, for whoever finds it in a registry.</param>
/// <param name="Project">Folder below the tree's root, named like its project and its program.</param>
public sealed record ImageProject(string Name, string Image, string Project, string Description)
{
    public static IReadOnlyList<ImageProject> All { get; } =
    [
        new("operator", LocalImages.Operator, "operator/K8sLb.Operator", "Plans drains and weights of BackendPools"),
        new(
            "sidecar",
            LocalImages.Sidecar,
            "sidecar/K8sLb.Sidecar",
            "Proxy beside an application that releases its connections gracefully"
        )
        {
            Environment = { ["DOTNET_GCgen0size"] = Gen0Size },
        },
        new("sample-app", LocalImages.SampleApp, "tests/K8sLb.SampleApp", "Application for trying K8sLb out"),
    ];

    private static readonly string[] Shared =
    [
        "Directory.Build.props",
        "PublishAsOne.props",
        "Directory.Packages.props",
        "global.json",
        ".editorconfig",
    ];

    /// <summary>
    /// Hexadecimal, 4 MB. Left alone the collector takes its measure from the processor's last-level cache, hundreds of megabytes
    /// on large machines, and lets garbage grow to a part of that. No runtimeconfig.json property has the same effect.
    /// </summary>
    private const string Gen0Size = "400000";

    /// <summary>What the program runs with, in its image and wherever else it is measured.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public string Program => Path.GetFileName(Project);

    public string ProjectFile(string tree) => Path.Combine(tree, Project, $"{Program}.csproj");

    public ImageLabels Labels(string version, SourceRevision source, Distribution distribution) =>
        new($"k8slb-{Name}", Description, version, source, distribution);

    public ImageConfig Config(ImageLabels labels) =>
        new(
            [$"/app/{Program}"],
            BaseLayer.User,
            "/app",
            [.. Environment.Select(variable => $"{variable.Key}={variable.Value}")]
        )
        {
            Labels = labels.ToDictionary(),
        };

    /// <summary>Every file that the published program is made from.</summary>
    public IEnumerable<string> Inputs(string tree)
    {
        return
        [
            .. Shared.Select(name => Path.Combine(tree, name)).Where(File.Exists),
            .. WithReferences(ProjectFile(tree), []).SelectMany(Sources),
        ];
    }

    /// <summary>The same, as git takes it: files and folders.</summary>
    public IEnumerable<string> InputPaths(string tree) =>
        [
            .. Shared.Select(name => Path.Combine(tree, name)).Where(File.Exists),
            .. WithReferences(ProjectFile(tree), []).Select(project => Path.GetDirectoryName(project)!),
        ];

    private static HashSet<string> WithReferences(string project, HashSet<string> known)
    {
        if (known.Add(project))
        {
            foreach (var reference in XDocument.Load(project).Descendants("ProjectReference"))
            {
                var path = Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value);
                WithReferences(Path.GetFullPath(path), known);
            }
        }
        return known;
    }

    private static IEnumerable<string> Sources(string project)
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(project)!);
        string[] built = ["bin", "obj"];
        return folder
            .EnumerateDirectories()
            .Where(sub => !built.Contains(sub.Name))
            .SelectMany(sub => sub.EnumerateFiles("*", SearchOption.AllDirectories))
            .Concat(folder.EnumerateFiles())
            .Select(file => file.FullName);
    }
}
