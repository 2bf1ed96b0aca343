namespace K8sLb.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string File(string relative) => Path.Combine(Root, relative);

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(at.FullName, "K8sLb.sln")))
            {
                return at.FullName;
            }
        }
        throw new InvalidOperationException($"no K8sLb.sln above {AppContext.BaseDirectory}");
    }
}
