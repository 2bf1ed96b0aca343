using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using K8sLb.LocalCluster.Images;

namespace K8sLb.LocalCluster.Tests;

public sealed class OciArchiveTests : IDisposable
{
    private static readonly ImageConfig Config = new(["/app/run", "now"], "65532:65532", "/app", "A=1");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("k8slb-image-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Every_blob_is_named_by_its_digest_and_reached_from_the_index()
    {
        var files = Read(Write("a", Layer("one"), Layer("two")));

        JsonNode.Parse(files["oci-layout"])!["imageLayoutVersion"]!.GetValue<string>().ShouldBe("1.0.0");
        var entry = JsonNode.Parse(files["index.json"])!["manifests"]![0]!;
        entry["annotations"]!["io.containerd.image.name"]!.GetValue<string>().ShouldBe("k8slb.local/test:dev");
        var manifest = JsonNode.Parse(Blob(files, entry))!;
        var config = JsonNode.Parse(Blob(files, manifest["config"]!))!;
        var layers = manifest["layers"]!.AsArray().Select(layer => Blob(files, layer!)).ToList();

        layers.Count.ShouldBe(2);
        config["rootfs"]!["diff_ids"]!
            .AsArray()
            .Select(id => id!.GetValue<string>())
            .ShouldBe(layers.Select(layer => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Decompress(layer)))}"));
        config["config"]!["User"]!.GetValue<string>().ShouldBe("65532:65532");
        config["config"]!["Entrypoint"]!
            .AsArray()
            .Select(word => word!.GetValue<string>())
            .ShouldBe(["/app/run", "now"]);
        files.Keys.Count(name => name.StartsWith("blobs/", StringComparison.Ordinal)).ShouldBe(4);
    }

    [Fact]
    public void A_layer_has_sorted_entries_of_root_from_1970_with_their_parents()
    {
        var layer = ImageLayer.Of([
            new ImageFile.Link("usr/bin/sh", "busybox"),
            new ImageFile.Content("usr/bin/busybox", () => new MemoryStream([1, 2, 3]), IsExecutable: true),
            new ImageFile.Folder("tmp", ImageFile.ScratchMode),
        ]);

        var entries = Entries(Decompress(layer.Bytes));

        entries.Select(entry => entry.Name).ShouldBe(["tmp/", "usr/", "usr/bin/", "usr/bin/busybox", "usr/bin/sh"]);
        entries.ShouldAllBe(entry =>
            entry.Uid == 0 && entry.Gid == 0 && entry.ModificationTime == DateTimeOffset.UnixEpoch
        );
        entries[0].Mode.ShouldBe(ImageFile.ScratchMode);
        entries[3].Mode.ShouldBe(ImageFile.ExecutableMode);
        entries[3].Length.ShouldBe(3);
        entries[4].LinkName.ShouldBe("busybox");
    }

    [Fact]
    public void The_same_files_make_the_same_bytes()
    {
        var one = Write("one", Layer("same"));
        var other = Write("other", Layer("same"));

        File.ReadAllBytes(one).ShouldBe(File.ReadAllBytes(other));
    }

    [Fact]
    public void A_folder_on_disk_keeps_its_links_and_what_is_executable()
    {
        Directory.CreateDirectory(Path.Combine(folder.FullName, "root", "bin"));
        var program = Path.Combine(folder.FullName, "root", "bin", "program");
        File.WriteAllText(program, "x");
        File.SetUnixFileMode(program, ImageFile.ExecutableMode);
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "root", "bin", "link"), "program");

        var files = ImageFile
            .FromFolder(Path.Combine(folder.FullName, "root"), "app")
            .OrderBy(file => file.Path)
            .ToList();

        files.Select(file => file.Path).ShouldBe(["app/bin", "app/bin/link", "app/bin/program"]);
        files[1].ShouldBe(new ImageFile.Link("app/bin/link", "program"));
        files[2].ShouldBeOfType<ImageFile.Content>().IsExecutable.ShouldBeTrue();
    }

    private static ImageLayer Layer(string text) => ImageLayer.Of([ImageFile.FromText($"etc/{text}", text)]);

    private string Write(string name, params IReadOnlyList<ImageLayer> layers)
    {
        var path = Path.Combine(folder.FullName, $"{name}.tar");
        OciArchive.Write(path, "k8slb.local/test:dev", layers, Config);
        return path;
    }

    private static byte[] Blob(Dictionary<string, byte[]> files, JsonNode descriptor)
    {
        var digest = descriptor["digest"]!.GetValue<string>()["sha256:".Length..];
        var blob = files[$"blobs/sha256/{digest}"];
        Convert.ToHexStringLower(SHA256.HashData(blob)).ShouldBe(digest);
        blob.Length.ShouldBe(descriptor["size"]!.GetValue<int>());
        return blob;
    }

    private static Dictionary<string, byte[]> Read(string archive) =>
        Entries(File.ReadAllBytes(archive)).ToDictionary(entry => entry.Name, Bytes);

    private static List<TarEntry> Entries(byte[] tar)
    {
        using var reader = new TarReader(new MemoryStream(tar));
        var entries = new List<TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            entries.Add(entry);
        }
        return entries;
    }

    private static byte[] Bytes(TarEntry entry)
    {
        using var copy = new MemoryStream();
        entry.DataStream!.CopyTo(copy);
        return copy.ToArray();
    }

    private static byte[] Decompress(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var copy = new MemoryStream();
        gzip.CopyTo(copy);
        return copy.ToArray();
    }
}
