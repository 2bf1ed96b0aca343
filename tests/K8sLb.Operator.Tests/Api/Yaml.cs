using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace K8sLb.Operator.Tests.Api;

/// <summary>YAML as JSON, the way the API server takes it: plain scalars get the type that they look like.</summary>
internal static class Yaml
{
    public static JsonNode Read(string path)
    {
        var stream = new YamlStream();
        using var text = File.OpenText(path);
        stream.Load(text);
        return ToJson(stream.Documents.Single().RootNode)!;
    }

    private static JsonNode? ToJson(YamlNode node) =>
        node switch
        {
            YamlMappingNode mapping => new JsonObject(
                mapping.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, ToJson(c.Value)))
            ),
            YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(ToJson)]),
            YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value!),
            YamlScalarNode scalar => scalar.Value,
            _ => throw new NotSupportedException(node.NodeType.ToString()),
        };

    private static JsonNode? Plain(string text) =>
        text is "true" or "false" ? text == "true"
        : text is "null" or "~" ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : text;
}
