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

    public static TheoryData<string> Names => [.. ImageProject.All.Select(project => project.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Every_image_runs_as_a_user_that_is_not_root_and_says_what_it_is(string name)
    {
        var source = new SourceRevision("0123abc", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
        var project = ImageProject.All.Single(project => project.Name == name);
        var labels = project.Labels("1.2.3", source, new Distribution("debian", "12"));

        var (manifest, config) = Described(project.Config(labels));

        // A node refuses names under runAsNonRoot: it cannot tell whose number they are.
        config["config"]!["User"]!.GetValue<string>().Split(':').ShouldAllBe(id => uint.Parse(id) > 0);
        config["created"]!.GetValue<string>().ShouldBe("2023-11-14T22:13:20Z");
        foreach (var place in new[] { manifest["annotations"]!, config["config"]!["Labels"]! })
        {
            Label(place, "title").ShouldBe($"k8slb-{name}");
            Label(place, "description").ShouldBe(project.Description);
            Label(place, "version").ShouldBe("1.2.3");
            Label(place, "licenses").ShouldBe("Apache-2.0");
            Label(place, "revision").ShouldBe("0123abc");
            Label(place, "created").ShouldBe("2023-11-14T22:13:20Z");
            place["io.k8slb.image.distribution"]!.GetValue<string>().ShouldBe("debian 12");
        }
    }

    [Fact]
    public void Without_a_commit_the_revision_is_empty_and_no_time_is_made_up()
    {
        var labels = ImageProject.All[0].Labels("1.2.3", SourceRevision.None, new Distribution("debian", "12"));

        var (manifest, config) = Described(ImageProject.All[0].Config(labels));

        Label(manifest["annotations"]!, "revision").ShouldBe("");
        manifest["annotations"]!["org.opencontainers.image.created"].ShouldBeNull();
        config["created"].ShouldBeNull();
    }

    [Fact]
    public void Figures_are_the_archives_size_and_its_layers_unpacked()
    {
        var layer = Layer("one");
        var archive = Write("a", layer);
        var sbom = Path.Combine(folder.FullName, "a.cdx.json");
        File.WriteAllText(sbom, """{"components":[{},{}]}""");

        var figures = ImageFigures.Read("k8slb.local/a:dev", archive, sbom);

        figures.ShouldBe(
            new("k8slb.local/a:dev", new FileInfo(archive).Length, Decompress(layer.Bytes).Length, Components: 2)
        );
        ImageFigures
            .Table([figures with { Compressed = 34_050_000, Unpacked = 90_110_000 }])
            .ShouldBe(
                """
                image                 compressed    unpacked  components
                k8slb.local/a:dev        34.1 MB     90.1 MB           2
                """
            );
    }

    private (JsonNode Manifest, JsonNode Config) Described(ImageConfig config)
    {
        var path = Path.Combine(folder.FullName, "described.tar");
        OciArchive.Write(path, "k8slb.local/test:dev", [Layer("one")], config);
        var files = Read(path);
        var manifest = JsonNode.Parse(Blob(files, JsonNode.Parse(files["index.json"])!["manifests"]![0]!))!;
        return (manifest, JsonNode.Parse(Blob(files, manifest["config"]!))!);
    }

    private static string Label(JsonNode place, string name) =>
        place[$"org.opencontainers.image.{name}"]!.GetValue<string>();

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
