using System.Globalization;
using System.Text.Json.Nodes;

namespace K8sLb.Operator.Tests.Injection;

/// <summary>Where two trees differ, one line for each place. The order of an object's fields means nothing, that of a list does.</summary>
internal static class TreeDifference
{
    public static IReadOnlyList<string> Between(JsonNode? expected, JsonNode? found)
    {
        var lines = new List<string>();
        Compare("", expected, found, lines);
        return lines;
    }

    private static void Compare(string path, JsonNode? expected, JsonNode? found, List<string> lines)
    {
        switch (expected, found)
        {
            case (JsonObject one, JsonObject other):
                foreach (var name in one.Select(p => p.Key).Union(other.Select(p => p.Key)))
                {
                    Compare($"{path}.{name}", Field(one, name), Field(other, name), lines);
                }
                break;
            case (JsonArray one, JsonArray other):
                for (var i = 0; i < Math.Max(one.Count, other.Count); i++)
                {
                    var item = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
                    Compare(item, i < one.Count ? one[i] : null, i < other.Count ? other[i] : null, lines);
                }
                break;
            default:
                if (!JsonNode.DeepEquals(expected, found))
                {
                    lines.Add($"{path}: expected {Text(expected)}, found {Text(found)}");
                }
                break;
        }
    }

    private static JsonNode? Field(JsonObject of, string name) =>
        of.TryGetPropertyValue(name, out var value) ? value : null;

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "nothing";
}
