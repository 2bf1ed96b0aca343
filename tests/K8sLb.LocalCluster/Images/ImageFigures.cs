using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;

namespace K8sLb.LocalCluster.Images;

/// <summary>What there is to say of an archive's size.</summary>
/// <param name="Compressed">Bytes of the archive, which is what a node pulls.</param>
/// <param name="Unpacked">Bytes of its layers' tars.</param>
/// <param name="Components">Of its SBOM.</param>
public sealed record ImageFigures(string Image, long Compressed, long Unpacked, int Components)
{
    private static readonly byte[] GzipMagic = [0x1F, 0x8B];

    public static ImageFigures Read(string image, string archive, string sbom) =>
        new(
            image,
            new FileInfo(archive).Length,
            UnpackedSize(archive),
            JsonNode.Parse(File.ReadAllText(sbom))!["components"]!.AsArray().Count
        );

    public static string Table(IReadOnlyCollection<ImageFigures> images)
    {
        var width = images.Select(image => image.Image.Length).Append("image".Length).Max();
        return string.Join(
            '\n',
            images
                .Select(image =>
                    $"{image.Image.PadRight(width)} {image.Compressed / 1e6, 11:0.0} MB {image.Unpacked / 1e6, 8:0.0} MB {image.Components, 11}"
                )
                .Prepend($"{"image".PadRight(width)} {"compressed", 14} {"unpacked", 11} {"components", 11}")
        );
    }

    private static long UnpackedSize(string archive)
    {
        using var reader = new TarReader(File.OpenRead(archive));
        var size = 0L;
        while (reader.GetNextEntry() is { } entry)
        {
            size += entry.DataStream is { } data && IsGzip(data) ? UnpackedSize(data) : 0;
        }
        return size;
    }

    private static bool IsGzip(Stream blob)
    {
        var isGzip = GzipMagic.All(magic => blob.ReadByte() == magic);
        blob.Position = 0;
        return isGzip;
    }

    private static long UnpackedSize(Stream blob)
    {
        using var gzip = new GZipStream(blob, CompressionMode.Decompress, leaveOpen: true);
        var buffer = new byte[1 << 16];
        var size = 0L;
        for (var read = gzip.Read(buffer); read > 0; read = gzip.Read(buffer))
        {
            size += read;
        }
        return size;
    }
}
