using System.Globalization;
using System.Text.Json.Nodes;

namespace K8sLb.Operator.Tests.Injection;

/// <summary>The other side of a JSON patch: add, remove and replace of RFC 6902.</summary>
internal static class PatchReader
{
    public static JsonNode? Apply(JsonNode? document, JsonArray patch)
    {
        var root = new JsonArray(document?.DeepClone());
        foreach (var operation in patch)
        {
            var steps = $"/0{operation!["path"]}".Split('/').Skip(1).Select(Unescape).ToArray();
            var parent = steps[..^1].Aggregate((JsonNode)root, Child);
            Apply(parent, steps[^1], operation["op"]!.GetValue<string>(), operation["value"]);
        }
        return root[0]?.DeepClone();
    }

    private static void Apply(JsonNode parent, string step, string operation, JsonNode? value)
    {
        switch (operation, parent)
        {
            case ("add", JsonArray list):
                list.Insert(Index(step), value?.DeepClone());
                break;
            case ("remove", JsonArray list):
                list.RemoveAt(Index(step));
                break;
            case ("replace", JsonArray list):
                list[Index(step)] = value?.DeepClone();
                break;
            case ("add", JsonObject map):
                map.ContainsKey(step).ShouldBeFalse();
                map[step] = value?.DeepClone();
                break;
            case ("remove", JsonObject map):
                map.Remove(step).ShouldBeTrue();
                break;
            case ("replace", JsonObject map):
                map.ContainsKey(step).ShouldBeTrue();
                map[step] = value?.DeepClone();
                break;
            default:
                throw new InvalidOperationException(operation);
        }
    }

    private static JsonNode Child(JsonNode node, string step) =>
        node is JsonArray list ? list[Index(step)]! : node[step]!;

    private static int Index(string step) => int.Parse(step, CultureInfo.InvariantCulture);

    private static string Unescape(string step) =>
        step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
