using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace K8sLb.Operator.Tests.Injection;

/// <summary>JSON as YAML that reads back as the same: a text that looks like something else is quoted.</summary>
internal static class YamlText
{
    public static string Of(JsonNode json)
    {
        using var text = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(ToYaml(json))).Save(text, assignAnchors: false);
        return text.ToString().Replace("\n...\n", "\n", StringComparison.Ordinal);
    }

    private static YamlNode ToYaml(JsonNode? node) =>
        node switch
        {
            JsonObject of => new YamlMappingNode(
                of.Select(p => KeyValuePair.Create<YamlNode, YamlNode>(new YamlScalarNode(p.Key), ToYaml(p.Value)))
            ),
            JsonArray of => new YamlSequenceNode(of.Select(ToYaml)),
            JsonValue of when of.GetValueKind() == JsonValueKind.String => Quoted(of.GetValue<string>()),
            _ => new YamlScalarNode(node?.ToJsonString() ?? "null") { Style = ScalarStyle.Plain },
        };

    private static YamlScalarNode Quoted(string text) =>
        new(text)
        {
            Style =
                text.Length > 0
                && text.All(c => char.IsLetterOrDigit(c) || c is '-' or '.' or '/' or '_')
                && IsWord(text)
                    ? ScalarStyle.Plain
                    : ScalarStyle.DoubleQuoted,
        };

    private static bool IsWord(string text) =>
        text is not ("true" or "false" or "null") && (char.IsLetter(text[0]) || text[0] == '/');
}
