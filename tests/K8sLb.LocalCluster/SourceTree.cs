namespace K8sLb.LocalCluster;

/// <summary>The project's own folder.</summary>
public static class SourceTree
{
    /// <summary>The nearest folder with K8sLb.sln, up from the working folder or from this program.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static string Find() =>
        Up(Environment.CurrentDirectory)
        ?? Up(AppContext.BaseDirectory)
        ?? throw new DirectoryNotFoundException(
            $"no folder with K8sLb.sln above {Environment.CurrentDirectory} or {AppContext.BaseDirectory}"
        );

    private static string? Up(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "K8sLb.sln")))
            {
                return at.FullName;
            }
        }
        return null;
    }
}
