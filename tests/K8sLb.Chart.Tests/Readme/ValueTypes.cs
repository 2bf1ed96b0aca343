using System.Globalization;
using System.Text.Json.Nodes;

namespace K8sLb.Chart.Tests.Readme;

/// <summary>What values.schema.json permits for a value, in a few words.</summary>
internal sealed class ValueTypes(JsonObject schema)
{
    public string Of(string name)
    {
        JsonNode? at = schema;
        foreach (var part in name.Split('.'))
        {
            at = Resolved(at?["properties"]?[part]);
        }
        return at is null ? throw new KeyNotFoundException($"values.schema.json says nothing of {name}") : Describe(at);
    }

    private JsonNode? Resolved(JsonNode? node) =>
        node?["$ref"]?.GetValue<string>() is { } reference
            ? schema["definitions"]![reference[(reference.LastIndexOf('/') + 1)..]]
            : node;

    private static string Describe(JsonNode node) =>
        node["enum"] is JsonArray allowed ? string.Join(", ", allowed.Select(value => $"`{value}`"))
        : node["minimum"] is { } least && node["maximum"] is { } most
            ? $"{node["type"]}, {Number(least)} to {Number(most)}"
        : node["type"]!.GetValue<string>();

    private static string Number(JsonNode node) => node.GetValue<int>().ToString(CultureInfo.InvariantCulture);
}
