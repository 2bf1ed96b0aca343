namespace K8sLb.LocalCluster.Images.Sbom;

/// <summary>Something of others that an image holds.</summary>
/// <param name="Kind">A component type of CycloneDX: "library" or "framework".</param>
/// <param name="Purl">Unique in an image.</param>
public sealed record SoftwareComponent(string Kind, string Name, string Version, string Purl)
{
    /// <summary>Of the package as it was downloaded; null where that is not known.</summary>
    public ComponentHash? Hash { get; init; }

    /// <summary>Package URLs of what it needs itself.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    public static SoftwareComponent Of(DebianPackage package, Distribution distribution) =>
        new("library", package.Name, package.Version, PackageUrl.Debian(package, distribution))
        {
            Hash = package.Sha256 is { } hash ? new ComponentHash("SHA-256", hash) : null,
        };
}

/// <param name="Algorithm">As CycloneDX spells it.</param>
/// <param name="Hex">Lower case.</param>
public sealed record ComponentHash(string Algorithm, string Hex);
