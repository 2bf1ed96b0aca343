using System.Text.Json;
using System.Text.Json.Nodes;
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
    public void The_pools_of_the_examples_are_valid()
    {
        var folder = Path.Combine(RepositoryFiles.Root, "samples");
        var pools = System.IO.Directory.GetFiles(folder, "backendpool.yaml", SearchOption.AllDirectories);
        pools.ShouldNotBeEmpty();
        foreach (var file in pools)
        {
            var pool = Yaml.Read(file).Deserialize(ApiJson.Default.BackendPool)!;
            BackendPoolValidator.Validate(pool.Spec).ShouldBeEmpty(file);
        }
    }

    /// <summary>The full one shows every field, but for those that exclude one another, which others show.</summary>
    [Fact]
    public void The_samples_leave_no_field_out()
    {
        var schema = Yaml.Read(RepositoryFiles.Crd)["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!;
        var missing = Missing("full.yaml");
        missing.ShouldAllBe(path =>
            path.StartsWith("spec.healthCheck.", StringComparison.Ordinal)
            || path.StartsWith("spec.agentCheck.", StringComparison.Ordinal)
        );

        foreach (var sample in RepositoryFiles.Samples)
        {
            var here = Missing(Path.GetFileName(sample));
            missing.RemoveWhere(path =>
                !here.Any(m => path == m || path.StartsWith($"{m}.", StringComparison.Ordinal))
            );
        }
        missing.ShouldBeEmpty();

        HashSet<string> Missing(string sample)
        {
            var written = Yaml.Read(Path.Combine(RepositoryFiles.Root, "crds", "samples", sample))["spec"]!;
            var left = new HashSet<string>();
            Visit("spec", schema["properties"]!["spec"]!, written, left);
            return left;
        }
    }

    private static void Visit(string path, JsonNode field, JsonNode? value, HashSet<string> missing)
    {
        if (value is null)
        {
            missing.Add(path);
            return;
        }
        if (field["items"] is { } items)
        {
            Visit($"{path}[0]", items, value[0], missing);
            return;
        }
        foreach (var (name, property) in field["properties"]?.AsObject() ?? [])
        {
            // An operator without values shows no values.
            Visit($"{path}.{name}", property!, value[name], missing);
        }
    }

    private static BackendPool Read(string sample)
    {
        var json = Yaml.Read(Path.Combine(RepositoryFiles.Root, "crds", "samples", sample));
        return json.Deserialize(ApiJson.Default.BackendPool)!;
    }
}
