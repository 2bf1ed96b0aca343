using System.Text.RegularExpressions;
using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster.Images;

/// <summary>
/// An image of a program that is installed on this machine, with the libraries that it loads and a shell: to run the
/// distribution's own builds of other proxies in pods.
/// </summary>
public static partial class MachineProgramImage
{
    /// <returns>The path of its archive, made anew each time: the program may have been updated.</returns>
    /// <exception cref="CommandFailedException">The program is not there.</exception>
    public static async Task<string> BuildAsync(
        string program,
        string image,
        string archive,
        AssetFolders folders,
        CancellationToken ct = default
    )
    {
        var path = (await Command.RunAsync(["sh", "-c", $"command -v {program}"], ct: ct)).Trim();
        var libraries = Library().Matches(await Command.RunAsync(["ldd", path], ct: ct)).Select(m => m.Groups[1].Value);
        var files = libraries
            .Append(path)
            .Distinct()
            .Select(file => ImageFile.FromDisk(Resolved(file), file.TrimStart('/')));
        var users = new[]
        {
            ImageFile.FromText("etc/passwd", "root:x:0:0::/:/none\nnonroot:x:65532:65532::/tmp:/none\n"),
            ImageFile.FromText("etc/group", "root:x:0:\nnonroot:x:65532:\n"),
        };
        Directory.CreateDirectory(Path.GetDirectoryName(archive)!);
        OciArchive.Write(
            archive,
            image,
            [await BusyboxLayer.BuildAsync(folders, ct), ImageLayer.Of([.. files, .. users])],
            new ImageConfig([path], "65532:65532", "/tmp", "PATH=/bin:/usr/sbin:/usr/bin")
        );
        return archive;
    }

    private static FileInfo Resolved(string file) =>
        (FileInfo?)File.ResolveLinkTarget(file, returnFinalTarget: true) ?? new FileInfo(file);

    // "libssl.so.3 => /usr/lib/x86_64-linux-gnu/libssl.so.3 (0x…)", "/lib64/ld-linux-x86-64.so.2 (0x…)"
    [GeneratedRegex(@"(/\S+)\s+\(0x")]
    private static partial Regex Library();
}
