namespace K8sLb.LocalCluster.Images.Sbom;

/// <summary>Names of packages in all ecosystems (https://github.com/package-url/purl-spec).</summary>
internal static class PackageUrl
{
    public static string NuGet(string name, string version) => $"pkg:nuget/{Escaped(name)}@{Escaped(version)}";

    /// <param name="distribution">As /etc/os-release has it.</param>
    public static string Debian(DebianPackage package, Distribution distribution) =>
        $"pkg:deb/{Escaped(distribution.Id)}/{Escaped(package.Name)}@{Escaped(package.Version)}"
        + $"?arch={Escaped(package.Architecture)}&distro={Escaped($"{distribution.Id}-{distribution.Version}")}";

    // The specification leaves colons as they are.
    private static string Escaped(string text) =>
        Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);
}
