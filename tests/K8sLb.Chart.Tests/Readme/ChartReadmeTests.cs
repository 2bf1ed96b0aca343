using System.Text.Json.Nodes;

namespace K8sLb.Chart.Tests.Readme;

public sealed class ChartReadmeTests
{
    private static readonly string Values = Read("values.yaml");
    private static readonly JsonObject Schema = JsonNode.Parse(Read("values.schema.json"))!.AsObject();

    [Fact]
    public void The_README_is_what_the_values_say() =>
        GoldenFile.ShouldHold(
            Path.Combine(ChartFixture.Folder, "README.md"),
            ChartReadme.Write(Values, Schema),
            "make chart-docs"
        );

    [Fact]
    public void Every_value_says_what_it_means() =>
        ValuesFile.Read(Values).Where(value => value.Meaning.Length == 0).Select(value => value.Name).ShouldBeEmpty();

    [Fact]
    public void Every_value_that_the_schema_knows_has_a_default()
    {
        var known = Leaves(Schema, "").Where(name => name != "global").ToList();

        ValuesFile.Read(Values).Select(value => value.Name).ShouldBe(known, ignoreOrder: true);
    }

    [Fact]
    public void A_value_is_read_with_its_path_and_its_comment()
    {
        const string Text = """
            # Not of a key.

            a:
              # What b
              # means.
              b: {c: 1}
              d: ""
            e: 2
            """;

        ValuesFile
            .Read(Text)
            .ShouldBe([new("a.b", "{c: 1}", "What b means."), new("a.d", "\"\"", ""), new("e", "2", "")]);
    }

    [Fact]
    public void A_line_of_another_form_is_refused() =>
        Should.Throw<FormatException>(() => ValuesFile.Read("a:\n  - b\n")).Message.ShouldContain("- b");

    private static IEnumerable<string> Leaves(JsonObject node, string path) =>
        node["properties"] is JsonObject properties
            ? properties.SelectMany(p =>
                Leaves(Resolved(p.Value!.AsObject()), path.Length == 0 ? p.Key : $"{path}.{p.Key}")
            )
            : [path];

    private static JsonObject Resolved(JsonObject node) =>
        node["$ref"]?.GetValue<string>() is { } reference
            ? Schema["definitions"]![reference[(reference.LastIndexOf('/') + 1)..]]!.AsObject()
            : node;

    private static string Read(string name) => File.ReadAllText(Path.Combine(ChartFixture.Folder, name));
}
