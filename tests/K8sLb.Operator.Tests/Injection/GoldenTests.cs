using System.Text.Json;
using System.Text.Json.Nodes;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Injection;
using K8sLb.Operator.Mapping;
using K8sLb.Operator.Tests.Api;
using K8sLb.Operator.Validation;

namespace K8sLb.Operator.Tests.Injection;

/// <summary>
/// golden/X.in.yaml holds a pod and the pools of its namespace, X.out.yaml what injection makes of them. With K8SLB_REWRITE_GOLDEN=1 the
/// second are written anew: look at the difference before it is committed.
/// </summary>
public sealed class GoldenTests
{
    private static readonly string Folder = Path.Combine(
        RepositoryFiles.Root,
        "tests",
        "K8sLb.Operator.Tests",
        "Injection",
        "golden"
    );

    public static TheoryData<string> Cases => [.. Names(".in.yaml")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_pod_becomes_what_the_golden_file_says(string name)
    {
        var given = (JsonObject)Yaml.Read(Path.Combine(Folder, $"{name}.in.yaml"));
        var before = given.ToJsonString();

        var result = Inject(given);

        given.ToJsonString().ShouldBe(before, "the pod that was given stays as it is");
        var found = Describe(result);
        var file = Path.Combine(Folder, $"{name}.out.yaml");
        if (Environment.GetEnvironmentVariable("K8SLB_REWRITE_GOLDEN") == "1")
        {
            File.WriteAllText(file, YamlText.Of(found));
        }
        TreeDifference.Between(Yaml.Read(file), found).ShouldBeEmpty(name);
    }

    [Fact]
    public void No_golden_file_is_left_over() => Names(".out.yaml").ShouldBe(Names(".in.yaml"));

    private static IEnumerable<string> Names(string ending) =>
        System
            .IO.Directory.EnumerateFiles(Folder, $"*{ending}")
            .Select(f => Path.GetFileName(f)[..^ending.Length])
            .Order(StringComparer.Ordinal);

    private static InjectionResult Inject(JsonObject given)
    {
        var settings = InjectionSample.Settings with
        {
            NativeSidecars = given["native"]?.GetValue<bool>() ?? false,
            HookHeaders = given["hookHeaders"]?.GetValue<bool>() ?? true,
            MetricsOnPod = given["metricsOnPod"]?.GetValue<bool>() ?? false,
            OperatorAddress = given["operator"]?.GetValue<string>() ?? InjectionSample.Settings.OperatorAddress,
        };
        PoolInForce[] pools = [.. given["pools"]!.AsArray().Select(p => Pool(p!))];
        return PodInjection.Inject(given["pod"]!.AsObject(), pools, settings, InjectionSample.Secrets);
    }

    private static PoolInForce Pool(JsonNode json)
    {
        var pool = json.Deserialize(ApiJson.Default.BackendPool)!;
        BackendPoolValidator.Validate(pool.Spec).ShouldBeEmpty();
        return new PoolInForce(pool, AcceptedSpec.From(pool.Spec!));
    }

    private static JsonObject Describe(InjectionResult result)
    {
        var description = new JsonObject
        {
            ["outcome"] = result.Outcome.ToString(),
            ["pool"] = result.Pool?.Resource.Metadata.Name,
            ["warnings"] = new JsonArray([.. result.Warnings.Select(w => (JsonNode)$"{w.Reason}: {w.Message}")]),
        };
        if (result.Outcome == InjectionOutcome.Injected)
        {
            description["pod"] = result.Pod.DeepClone();
        }
        return description;
    }
}
