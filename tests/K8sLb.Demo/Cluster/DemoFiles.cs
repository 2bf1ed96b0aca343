using K8sLb.LocalCluster;
using K8sLb.LocalCluster.Images;

namespace K8sLb.Demo;

/// <summary>What the demo takes from the tree that it was built from.</summary>
internal static class DemoFiles
{
    private static readonly string Tree = SourceTree.Find();

    public static string Chart { get; } = Path.Combine(Tree, "helm", "k8slb");

    public static string Crd { get; } = Path.Combine(Tree, "crds", "backendpools.k8slb.io.yaml");

    /// <summary>The sample application, as its Deployment and Service come without K8sLb.</summary>
    public static string Application { get; } = Path.Combine(Tree, "samples", "shop", "shop.yaml");

    /// <summary>The pool of its pods.</summary>
    public static string Pool { get; } = Path.Combine(Tree, "samples", "shop", "backendpool.yaml");

    public static string Output { get; } = Path.Combine(Tree, "artifacts", "demo");

    /// <summary>One of manifests/.</summary>
    public static string Manifest(string file) => Path.Combine(AppContext.BaseDirectory, "manifests", file);

    /// <exception cref="DemoException">They have not been built.</exception>
    public static IReadOnlyList<string> ImageArchives()
    {
        var archives = ImageProject.All.Select(project => ImageBuilder.ArchivePath(Tree, project.Name)).ToList();
        return archives.Find(archive => !File.Exists(archive)) is { } missing
            ? throw new DemoException($"{missing} is missing; \"make images\" builds it")
            : archives;
    }
}
