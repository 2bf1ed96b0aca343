using System.Globalization;
using System.Text.Json.Nodes;

namespace K8sLb.Operator.Injection;

/// <summary>What makes one JSON document of another, as RFC 6902 writes it.</summary>
public static class JsonPatch
{
    /// <returns>Empty where they are equal.</returns>
    public static JsonArray Between(JsonNode? before, JsonNode? after)
    {
        var operations = new JsonArray();
        Compare("", before, after, operations);
        return operations;
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, JsonArray operations)
    {
        if (JsonNode.DeepEquals(before, after))
        {
            return;
        }
        switch (before, after)
        {
            case (JsonObject from, JsonObject to):
                Compare(path, from, to, operations);
                break;
            case (JsonArray from, JsonArray to):
                Compare(path, from, to, operations);
                break;
            default:
                Add(operations, "replace", path, after);
                break;
        }
    }

    private static void Compare(string path, JsonObject before, JsonObject after, JsonArray operations)
    {
        foreach (var (name, value) in before)
        {
            if (after.TryGetPropertyValue(name, out var now))
            {
                Compare($"{path}/{Escape(name)}", value, now, operations);
            }
            else
            {
                operations.Add(new JsonObject { ["op"] = "remove", ["path"] = $"{path}/{Escape(name)}" });
            }
        }
        foreach (var (name, value) in after)
        {
            if (!before.ContainsKey(name))
            {
                Add(operations, "add", $"{path}/{Escape(name)}", value);
            }
        }
    }

    /// <summary>What both begin and end with is left alone, so that something put in front does not move all the others.</summary>
    private static void Compare(string path, JsonArray before, JsonArray after, JsonArray operations)
    {
        var shorter = Math.Min(before.Count, after.Count);
        var head = 0;
        while (head < shorter && JsonNode.DeepEquals(before[head], after[head]))
        {
            head++;
        }
        var tail = 0;
        while (tail < shorter - head && JsonNode.DeepEquals(before[^(tail + 1)], after[^(tail + 1)]))
        {
            tail++;
        }
        for (var i = head; i < shorter - tail; i++)
        {
            Compare(Item(i), before[i], after[i], operations);
        }
        for (var i = shorter - tail; i < after.Count - tail; i++)
        {
            Add(operations, "add", Item(i), after[i]);
        }
        for (var i = before.Count - tail - 1; i >= shorter - tail; i--)
        {
            operations.Add(new JsonObject { ["op"] = "remove", ["path"] = Item(i) });
        }

        string Item(int index) => string.Create(CultureInfo.InvariantCulture, $"{path}/{index}");
    }

    private static void Add(JsonArray operations, string operation, string path, JsonNode? value) =>
        operations.Add(
            new JsonObject
            {
                ["op"] = operation,
                ["path"] = path,
                ["value"] = value?.DeepClone(),
            }
        );

    private static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
