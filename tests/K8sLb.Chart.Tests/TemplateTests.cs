using System.Text.Json.Nodes;
using K8sLb.LocalCluster;

namespace K8sLb.Chart.Tests;

/// <summary>golden/X.values.yaml holds values, X.out.yaml what the chart makes of them.</summary>
public sealed class TemplateTests(ChartFixture chart) : IClassFixture<ChartFixture>
{
    private const string NewServer = "1.31.0";
    private static readonly string Golden = Path.Combine(SourceTree.Find(), "tests", "K8sLb.Chart.Tests", "golden");

    public static TheoryData<string> Cases => [.. Names(".values.yaml")];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_chart_asks_for_what_the_golden_file_says(string name)
    {
        var values = Path.Combine(Golden, $"{name}.values.yaml");

        var rendered = await chart.TemplateAsync(NewServer, $"--values={values}");

        GoldenFile.ShouldHold(Path.Combine(Golden, $"{name}.out.yaml"), rendered);
    }

    [Fact]
    public void No_golden_file_is_left_over() => Names(".out.yaml").ShouldBe(Names(".values.yaml"));

    [Fact]
    public async Task An_old_server_is_asked_in_its_own_words()
    {
        const string Only = "--show-only=templates/availability.yaml";

        (await chart.TemplateAsync("1.20.2", Only)).ShouldContain("apiVersion: policy/v1beta1\n");
        (await chart.TemplateAsync(NewServer, Only)).ShouldContain("apiVersion: policy/v1\n");
    }

    [Fact]
    public async Task A_server_that_is_too_old_is_refused()
    {
        var refusal = await chart.Helm.TryAsync(["template", "k8slb", ChartFixture.Folder, "--kube-version=1.19.0"]);

        refusal.ExitCode.ShouldNotBe(0);
        refusal.Error.ShouldContain("kubeVersion: >=1.20.0-0");
    }

    /// <summary>Too long for a golden file, and a file of its own already.</summary>
    [Fact]
    public async Task The_dashboard_is_rendered_as_it_is()
    {
        var map = await chart.TemplateAsync(
            NewServer,
            "--set=monitoring.dashboard=true",
            "--show-only=templates/monitoring.yaml"
        );

        var line = map.Split('\n').Single(l => l.TrimStart().StartsWith("k8slb.json: ", StringComparison.Ordinal));
        var text = JsonNode.Parse(line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..])!.GetValue<string>();
        text.ShouldBe(await File.ReadAllTextAsync(Path.Combine(ChartFixture.Folder, "monitoring", "dashboard.json")));
    }

    private static IEnumerable<string> Names(string ending) =>
        Directory
            .EnumerateFiles(Golden, $"*{ending}")
            .Select(file => Path.GetFileName(file)[..^ending.Length])
            .Order(StringComparer.Ordinal);
}
