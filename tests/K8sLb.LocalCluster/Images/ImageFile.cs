namespace K8sLb.LocalCluster.Images;

/// <summary>One entry of an image's root file system. Everything belongs to root and is dated 1970.</summary>
/// <param name="Path">Below the root, with "/" and without a leading one.</param>
public abstract record ImageFile(string Path)
{
    public sealed record Folder(string Path, UnixFileMode Mode) : ImageFile(Path);

    public sealed record Link(string Path, string Target) : ImageFile(Path);

    public sealed record Content(string Path, Func<Stream> Open, bool IsExecutable) : ImageFile(Path);

    public const UnixFileMode PlainMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public const UnixFileMode ExecutableMode =
        PlainMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Of a folder that everybody may write to, but not remove others' files from.</summary>
    public const UnixFileMode ScratchMode =
        ExecutableMode | UnixFileMode.StickyBit | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>What a folder on this machine holds.</summary>
    /// <param name="at">Where it goes in the image; "" for its root.</param>
    public static IEnumerable<ImageFile> FromFolder(string folder, string at) =>
        new DirectoryInfo(folder)
            .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(info =>
                FromDisk(info, System.IO.Path.Combine(at, System.IO.Path.GetRelativePath(folder, info.FullName)))
            );

    public static ImageFile FromText(string path, string text) =>
        new Content(path, () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), false);

    public static ImageFile FromDisk(FileSystemInfo info, string path) =>
        info switch
        {
            { LinkTarget: { } target } => new Link(path, target),
            DirectoryInfo => new Folder(path, ExecutableMode),
            _ => new Content(
                path,
                () => File.OpenRead(info.FullName),
                info.UnixFileMode.HasFlag(UnixFileMode.UserExecute)
            ),
        };
}
