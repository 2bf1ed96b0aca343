using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using K8sLb.Operator.Injection;

namespace K8sLb.Operator.Tests.Injection;

public sealed class JsonPatchTests
{
    private static Gen<JsonNode?> Tree(int depth)
    {
        var leaf = Gen.Elements("1", "2", "\"x\"", "\"\"", "true", "null", "1.50").Select(t => JsonNode.Parse(t));
        if (depth == 0)
        {
            return leaf;
        }
        var list = Gen.ListOf(Tree(depth - 1))
            .Resize(5)
            .Select(items => (JsonNode?)new JsonArray([.. items.Select(Copy)]));
        var map =
            from names in Gen.SubListOf("a", "b/c", "~d", "~1", "", "e")
            from values in Gen.ArrayOf(Tree(depth - 1), names.Count)
            select (JsonNode?)new JsonObject(names.Zip(values, (n, v) => KeyValuePair.Create(n, Copy(v))));
        return Gen.OneOf(leaf, list, map);
    }

    [Fact]
    public void The_patch_between_any_two_documents_makes_one_of_the_other() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2_000),
            Prop.ForAll(
                Tree(3).Two().ToArbitrary(),
                pair =>
                {
                    var (before, after) = pair;
                    var patched = PatchReader.Apply(before, JsonPatch.Between(before, after));
                    return JsonNode.DeepEquals(patched, after);
                }
            )
        );

    [Fact]
    public void What_is_put_in_front_of_a_list_moves_no_other() =>
        JsonPatch
            .Between(JsonNode.Parse("""{"a/b":[1,2]}"""), JsonNode.Parse("""{"a/b":[0,1,2]}"""))
            .ToJsonString()
            .ShouldBe("""[{"op":"add","path":"/a~1b/0","value":0}]""");

    [Fact]
    public void Equal_documents_need_no_patch() =>
        JsonPatch.Between(JsonNode.Parse("[1,{}]"), JsonNode.Parse("[1, {}]")).ShouldBeEmpty();

    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();
}
