using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace K8sLb.LocalCluster.Images.Sbom;

/// <summary>
/// Writes what an image holds as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): the same text for the same image.
/// </summary>
public static class CycloneDx
{
    // "+" as it is: the text is a file of its own, never part of a page.
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(ImageLabels labels, IReadOnlyCollection<SoftwareComponent> components)
    {
        SoftwareComponent[] sorted = [.. components.OrderBy(component => component.Purl, StringComparer.Ordinal)];
        var self = $"{labels.Title}@{labels.Version}";
        var metadata = new JsonObject
        {
            ["component"] = new JsonObject
            {
                ["type"] = "container",
                ["bom-ref"] = self,
                ["name"] = labels.Title,
                ["version"] = labels.Version,
                ["description"] = labels.Description,
                ["licenses"] = new JsonArray(
                    new JsonObject { ["license"] = new JsonObject { ["id"] = ImageLabels.License } }
                ),
            },
        };
        if (labels.Source.Time is { } time)
        {
            metadata.Insert(0, "timestamp", ImageLabels.Text(time));
        }
        var bom = new JsonObject
        {
            ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json",
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["version"] = 1,
            ["metadata"] = metadata,
            ["components"] = new JsonArray([.. sorted.Select(Component)]),
            ["dependencies"] = new JsonArray([
                Needs(self, Roots(sorted)),
                .. sorted.Select(component => Needs(component.Purl, component.Needs)),
            ]),
        };
        bom.Insert(3, "serialNumber", $"urn:uuid:{Uuid(bom.ToJsonString())}");
        return bom.ToJsonString(Readable) + "\n";
    }

    private static JsonObject Component(SoftwareComponent component)
    {
        var json = new JsonObject
        {
            ["type"] = component.Kind,
            ["bom-ref"] = component.Purl,
            ["name"] = component.Name,
            ["version"] = component.Version,
        };
        if (component.Hash is { } hash)
        {
            json["hashes"] = new JsonArray(new JsonObject { ["alg"] = hash.Algorithm, ["content"] = hash.Hex });
        }
        json["purl"] = component.Purl;
        return json;
    }

    /// <summary>What is there because the image itself asked for it, as far as one can tell: nothing else needs it.</summary>
    private static IEnumerable<string> Roots(IReadOnlyCollection<SoftwareComponent> components) =>
        components.Select(component => component.Purl).Except(components.SelectMany(component => component.Needs));

    private static JsonObject Needs(string from, IEnumerable<string> to) =>
        new() { ["ref"] = from, ["dependsOn"] = new JsonArray([.. to.Select(purl => JsonValue.Create(purl))]) };

    // Version 8 of RFC 9562: bits of one's own choice.
    private static Guid Uuid(string content)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(content))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
