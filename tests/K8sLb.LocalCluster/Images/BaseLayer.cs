using K8sLb.LocalCluster.Assets;

namespace K8sLb.LocalCluster.Images;

/// <summary>What a self-contained .NET program needs of a distribution, and a user that is not root.</summary>
public sealed class BaseLayer
{
    /// <summary>uid:gid of the user nonroot; in numbers, so that a node can tell (runAsNonRoot).</summary>
    public const string User = "65532:65532";

    private static readonly string[] Packages =
    [
        "libc6",
        "libstdc++6",
        "libgcc-s1",
        "libssl3|libssl3t64",
        "ca-certificates",
    ];

    // Parts that no program here opens: documentation, and conversions between character sets (8 MB).
    private static readonly string[] LeftOut = ["usr/share/", "/gconv/", "usr/sbin/", "etc/", "usr/lib/locale/"];

    private BaseLayer(string folder, string fingerprint, IReadOnlyList<DebianPackage> contents)
    {
        Folder = folder;
        Fingerprint = fingerprint;
        Contents = contents;
    }

    /// <summary>Changes with the packages' versions.</summary>
    public string Fingerprint { get; }

    /// <summary>The packages that its files come from.</summary>
    public IReadOnlyList<DebianPackage> Contents { get; }

    private string Folder { get; }

    public static async Task<BaseLayer> FetchAsync(AssetFolders folders, CancellationToken ct)
    {
        var packages = new DebianPackages(Path.Combine(folders.Cache, "debian"));
        var (folder, fingerprint, contents) = await packages.UnpackAsync(Packages, ct);
        return new BaseLayer(folder, fingerprint, contents);
    }

    public ImageLayer Build() =>
        ImageLayer.Of([
            .. ImageFile
                .FromFolder(Folder, "")
                .Where(file => file is not ImageFile.Folder && !LeftOut.Any(part => $"{file.Path}/".Contains(part))),
            ImageFile.FromText("etc/passwd", "root:x:0:0::/:/none\nnonroot:x:65532:65532::/tmp:/none\n"),
            ImageFile.FromText("etc/group", "root:x:0:\nnonroot:x:65532:\n"),
            ImageFile.FromText("etc/ssl/certs/ca-certificates.crt", Authorities()),
            new ImageFile.Folder("tmp", ImageFile.ScratchMode),
        ]);

    // The package's own script would write this file on installation.
    private string Authorities() =>
        string.Concat(
            Directory
                .EnumerateFiles(Path.Combine(Folder, "usr/share/ca-certificates"), "*.crt", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(File.ReadAllText)
        );
}
