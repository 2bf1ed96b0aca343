using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace K8sLb.LocalCluster.Images;

/// <summary>A layer of an OCI image: a gzipped tar, the same bytes for the same files.</summary>
/// <param name="Digest">sha256 of <paramref name="Bytes"/>, in hex.</param>
/// <param name="DiffId">sha256 of the tar before compression, in hex.</param>
public sealed record ImageLayer(byte[] Bytes, string Digest, string DiffId)
{
    /// <summary>Missing parent folders are added.</summary>
    public static ImageLayer Of(IEnumerable<ImageFile> files)
    {
        using var compressed = new MemoryStream();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        using (var hashing = new HashingStream(gzip, hash))
        using (var tar = new TarWriter(hashing, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var file in WithParents(files))
            {
                Write(tar, file);
            }
        }
        var bytes = compressed.ToArray();
        return new ImageLayer(
            bytes,
            Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Convert.ToHexStringLower(hash.GetHashAndReset())
        );
    }

    private static SortedDictionary<string, ImageFile>.ValueCollection WithParents(IEnumerable<ImageFile> files)
    {
        var all = new SortedDictionary<string, ImageFile>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            all[file.Path] = file;
            for (var at = file.Path.LastIndexOf('/'); at > 0; at = file.Path.LastIndexOf('/', at - 1))
            {
                var parent = file.Path[..at];
                all.TryAdd(parent, new ImageFile.Folder(parent, ImageFile.ExecutableMode));
            }
        }
        return all.Values;
    }

    private static void Write(TarWriter tar, ImageFile file)
    {
        switch (file)
        {
            case ImageFile.Folder folder:
                tar.WriteEntry(
                    Dated(new GnuTarEntry(TarEntryType.Directory, folder.Path + "/") { Mode = folder.Mode })
                );
                break;
            case ImageFile.Link link:
                tar.WriteEntry(
                    Dated(
                        new GnuTarEntry(TarEntryType.SymbolicLink, link.Path)
                        {
                            LinkName = link.Target,
                            Mode = ImageFile.ExecutableMode,
                        }
                    )
                );
                break;
            case ImageFile.Content content:
                using (var data = content.Open())
                {
                    var mode = content.IsExecutable ? ImageFile.ExecutableMode : ImageFile.PlainMode;
                    tar.WriteEntry(
                        Dated(
                            new GnuTarEntry(TarEntryType.RegularFile, content.Path) { Mode = mode, DataStream = data }
                        )
                    );
                }
                break;
            default:
                throw new InvalidOperationException($"{file.Path}: unknown kind of file {file.GetType().Name}");
        }
    }

    private static GnuTarEntry Dated(GnuTarEntry entry)
    {
        entry.ModificationTime = entry.AccessTime = entry.ChangeTime = DateTimeOffset.UnixEpoch;
        return entry;
    }

    private sealed class HashingStream(Stream to, IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            to.Write(buffer);
        }

        public override void Flush() => to.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
