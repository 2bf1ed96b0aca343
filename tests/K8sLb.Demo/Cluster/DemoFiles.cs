using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Images;

namespace K8sLb.Demo;

/// <summary>What the demo takes from the tree that it was built from.</summary>
internal static class DemoFiles
{
    private static readonly string Tree = SourceTree.Find();

    public static string Chart { get; } = Path.Combine(Tree, "helm", "k8slb");

    public static string Crd { get; } = Path.Combine(Tree, "crds", "backendpools.k8slb.io.yaml");

    public static string Output { get; } = Path.Combine(Tree, "artifacts", "demo");

    /// <exception cref="DemoException">They have not been built.</exception>
    public static IReadOnlyList<string> ImageArchives()
    {
        var archives = ImageProject.All.Select(project => ImageBuilder.ArchivePath(Tree, project.Name)).ToList();
        return archives.Find(archive => !File.Exists(archive)) is { } missing
            ? throw new DemoException($"{missing} is missing; \"make images\" builds it")
            : archives;
    }
}
