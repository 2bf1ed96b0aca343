using System.Text.Json;
using K8sLb.Operator.Api;
using K8sLb.Operator.Mapping;
using K8sLb.Operator.Validation;

namespace K8sLb.Operator.Tests.Api;

public sealed class SampleTests
{
    public static TheoryData<string> Samples => [.. RepositoryFiles.Samples.Select(f => Path.GetFileName(f))];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_sample_is_valid_and_can_be_put_into_force(string sample)
    {
        var pool = Read(sample);

        BackendPoolValidator.Validate(pool.Spec).ShouldBeEmpty();
        AcceptedSpec.From(pool.Spec!).Policy.Ports.Count.ShouldBe(pool.Spec!.Ports!.Count);
    }

    [Fact]
    public void The_full_sample_leaves_no_field_out()
    {
        var written = Yaml.Read(Path.Combine(RepositoryFiles.Root, "crds", "samples", "full.yaml"))["spec"]!;
        var schema = Yaml.Read(RepositoryFiles.Crd)["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!;
        var missing = new List<string>();

        Visit("spec", schema["properties"]!["spec"]!, written);

        missing.ShouldBeEmpty();

        void Visit(string path, System.Text.Json.Nodes.JsonNode field, System.Text.Json.Nodes.JsonNode? value)
        {
            if (value is null)
            {
                missing.Add(path);
                return;
            }
            if (field["items"] is { } items)
            {
                Visit($"{path}[0]", items, value[0]);
                return;
            }
            foreach (var (name, property) in field["properties"]?.AsObject() ?? [])
            {
                // An operator without values shows no values.
                Visit($"{path}.{name}", property!, value[name]);
            }
        }
    }

    private static BackendPool Read(string sample)
    {
        var json = Yaml.Read(Path.Combine(RepositoryFiles.Root, "crds", "samples", sample));
        return json.Deserialize(ApiJson.Default.BackendPool)!;
    }
}
