using System.Collections.ObjectModel;
using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace K8sLb.LocalCluster.Images;

/// <summary>
/// Writes an image as a tar of an OCI image layout (https://github.com/opencontainers/image-spec/blob/main/image-layout.md),
/// which `ctr images import`, podman, skopeo and kind take.
/// </summary>
public static class OciArchive
{
    private const string Media = "application/vnd.oci.image";

    /// <summary>Builds it aside and renames it, so that there is never half of one.</summary>
    /// <param name="name">With tag: k8slb.local/operator:dev.</param>
    public static void Write(string path, string name, IReadOnlyList<ImageLayer> layers, ImageConfig config)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var aside = path + ".part";
        using (var file = File.Create(aside))
        using (var tar = new TarWriter(file, TarEntryFormat.Ustar))
        {
            var configBlob = Blob(Config(layers, config));
            var manifestBlob = Blob(Manifest(layers, configBlob, config.Labels));
            Add(tar, "oci-layout", Encoding.UTF8.GetBytes("""{"imageLayoutVersion":"1.0.0"}"""));
            Add(tar, "index.json", Encoding.UTF8.GetBytes(Index(name, manifestBlob).ToJsonString()));
            AddBlob(tar, configBlob);
            AddBlob(tar, manifestBlob);
            foreach (var layer in layers)
            {
                AddBlob(tar, (layer.Bytes, layer.Digest));
            }
        }
        File.Move(aside, path, overwrite: true);
    }

    private static JsonObject Config(IReadOnlyList<ImageLayer> layers, ImageConfig config)
    {
        var json = new JsonObject
        {
            ["architecture"] = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject
            {
                ["Entrypoint"] = Array(config.Entrypoint),
                ["Env"] = Array(config.Environment),
                ["User"] = config.User,
                ["WorkingDir"] = config.WorkingFolder,
                ["Labels"] = Map(config.Labels),
            },
            ["rootfs"] = new JsonObject
            {
                ["type"] = "layers",
                ["diff_ids"] = Array(layers.Select(layer => $"sha256:{layer.DiffId}")),
            },
        };
        if (ImageLabels.Created(config.Labels) is { } created)
        {
            json.Insert(0, "created", created);
        }
        return json;
    }

    private static JsonObject Manifest(
        IReadOnlyList<ImageLayer> layers,
        (byte[] Bytes, string Digest) config,
        IReadOnlyDictionary<string, string> annotations
    ) =>
        new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = $"{Media}.manifest.v1+json",
            ["config"] = Descriptor($"{Media}.config.v1+json", config),
            ["layers"] = new JsonArray([
                .. layers.Select(layer => Descriptor($"{Media}.layer.v1.tar+gzip", (layer.Bytes, layer.Digest))),
            ]),
            ["annotations"] = Map(annotations),
        };

    private static JsonObject Index(string name, (byte[] Bytes, string Digest) manifest)
    {
        var descriptor = Descriptor($"{Media}.manifest.v1+json", manifest);
        descriptor["annotations"] = new JsonObject
        {
            ["io.containerd.image.name"] = name,
            ["org.opencontainers.image.ref.name"] = name[(name.LastIndexOf(':') + 1)..],
        };
        return new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(descriptor) };
    }

    private static JsonObject Descriptor(string mediaType, (byte[] Bytes, string Digest) blob) =>
        new()
        {
            ["mediaType"] = mediaType,
            ["digest"] = $"sha256:{blob.Digest}",
            ["size"] = blob.Bytes.Length,
        };

    private static JsonArray Array(IEnumerable<string> items) => [.. items.Select(item => JsonValue.Create(item))];

    private static JsonObject Map(IReadOnlyDictionary<string, string> values) =>
        new(values.Select(value => KeyValuePair.Create<string, JsonNode?>(value.Key, value.Value)));

    private static (byte[] Bytes, string Digest) Blob(JsonObject json)
    {
        var bytes = Encoding.UTF8.GetBytes(json.ToJsonString());
        return (bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static void AddBlob(TarWriter tar, (byte[] Bytes, string Digest) blob) =>
        Add(tar, $"blobs/sha256/{blob.Digest}", blob.Bytes);

    private static void Add(TarWriter tar, string path, byte[] bytes) =>
        tar.WriteEntry(
            new UstarTarEntry(TarEntryType.RegularFile, path)
            {
                Mode = ImageFile.PlainMode,
                ModificationTime = DateTimeOffset.UnixEpoch,
                DataStream = new MemoryStream(bytes),
            }
        );
}

/// <param name="User">uid:gid.</param>
public sealed record ImageConfig(
    IReadOnlyList<string> Entrypoint,
    string User,
    string WorkingFolder,
    params IReadOnlyList<string> Environment
)
{
    /// <summary>In the configuration, where a container runtime shows them, and in the manifest, where a registry does.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
