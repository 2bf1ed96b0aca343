using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Images;

/// <summary>A static busybox with its applets: a shell for images that have nothing else.</summary>
internal static class BusyboxLayer
{
    private static readonly string[] Places = ["bin/busybox", "usr/bin/busybox"];

    public static async Task<ImageLayer> BuildAsync(AssetFolders folders, CancellationToken ct)
    {
        var packages = new DebianPackages(Path.Combine(folders.Cache, "debian"));
        var (files, _, _) = await packages.UnpackAsync(["busybox-static"], ct);
        var busybox = Places.Select(path => new FileInfo(Path.Combine(files, path))).First(file => file.Exists);
        var applets = await Command.RunAsync([busybox.FullName, "--list"], ct: ct);
        var links = applets
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(applet => applet != "busybox")
            .Select(applet => new ImageFile.Link($"bin/{applet}", "busybox"));
        return ImageLayer.Of([
            ImageFile.FromDisk(busybox, "bin/busybox"),
            .. links,
            new ImageFile.Folder("tmp", ImageFile.ScratchMode),
        ]);
    }
}
