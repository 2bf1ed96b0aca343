using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace K8sLb.Operator.Injection;

/// <summary>
/// Fields of a pod that keeps those nobody here knows. What has another type than expected counts as missing: to refuse it is the API
/// server's part.
/// </summary>
internal static class PodFields
{
    public static JsonObject? Object(this JsonObject? of, string name) => of?[name] as JsonObject;

    public static IEnumerable<JsonObject> Objects(this JsonObject? of, string name) =>
        (of?[name] as JsonArray)?.OfType<JsonObject>() ?? [];

    public static string? Text(this JsonObject? of, string name) =>
        of?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static bool IsTrue(this JsonObject? of, string name) =>
        of?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    public static long? Number(this JsonObject? of, string name) =>
        of?[name] is JsonValue value
        && value.GetValueKind() == JsonValueKind.Number
        && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n)
            ? n
            : null;

    public static JsonObject ObjectOrNew(this JsonObject of, string name)
    {
        if (of[name] is not JsonObject found)
        {
            of[name] = found = [];
        }
        return found;
    }

    public static JsonArray ListOrNew(this JsonObject of, string name)
    {
        if (of[name] is not JsonArray found)
        {
            of[name] = found = [];
        }
        return found;
    }
}
