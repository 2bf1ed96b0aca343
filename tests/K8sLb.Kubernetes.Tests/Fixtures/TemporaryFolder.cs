namespace K8sLb.Kubernetes.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("k8slb-test-").FullName;

    /// <returns>The file's path.</returns>
    public string Write(string name, string text)
    {
        var path = Path.Combine(FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
