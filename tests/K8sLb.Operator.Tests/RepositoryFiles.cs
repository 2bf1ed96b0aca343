namespace K8sLb.Operator.Tests;

/// <summary>Files of this repository, found from where the tests run.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    public static string Crd => Path.Combine(Root, "crds", "backendpools.k8slb.io.yaml");

    public static IEnumerable<string> Samples =>
        System.IO.Directory.EnumerateFiles(Path.Combine(Root, "crds", "samples"), "*.yaml");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "K8sLb.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("K8sLb.sln is above no folder of the tests");
        }
        return folder.FullName;
    }
}
