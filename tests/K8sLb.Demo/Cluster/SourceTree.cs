namespace K8sLb.Demo;

/// <summary>What the demo takes from the tree that it was built from.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    public static string Chart { get; } = Path.Combine(Root, "helm", "k8slb");

    public static string Crd { get; } = Path.Combine(Root, "crds", "backendpools.k8slb.io.yaml");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "K8sLb.sln")))
            {
                return folder.FullName;
            }
        }
        throw new DemoException($"{AppContext.BaseDirectory} is not in a source tree: no K8sLb.sln above it");
    }
}
