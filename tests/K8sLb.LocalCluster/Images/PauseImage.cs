using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Images;

/// <summary>The image that holds a pod's namespaces: a static busybox that waits and reaps.</summary>
public static class PauseImage
{
    private const string Wait = "trap 'exit 0' TERM INT; while :; do sleep 86400 & wait $!; done";

    public static string ArchivePath(AssetFolders folders) => Path.Combine(folders.Cache, "images", "pause.tar");

    /// <returns>The path of its archive, which is made if it is not there.</returns>
    public static async Task<string> EnsureAsync(AssetFolders folders, CancellationToken ct = default)
    {
        var archive = ArchivePath(folders);
        using (await FileLock.TakeAsync(archive + ".lock", ct: ct))
        {
            if (!File.Exists(archive))
            {
                await BuildAsync(archive, folders, ct);
            }
        }
        return archive;
    }

    private static async Task BuildAsync(string archive, AssetFolders folders, CancellationToken ct)
    {
        OciArchive.Write(
            archive,
            LocalImages.Pause,
            [await BusyboxLayer.BuildAsync(folders, ct)],
            new ImageConfig(["/bin/sh", "-c", Wait], "65532:65532", "/", "PATH=/bin")
        );
    }
}
