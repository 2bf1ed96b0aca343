using K8sLb.TestKit;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>What Prometheus gets from an operator.</summary>
[Collection(ClusterTests.Name)]
public sealed class MetricsTests(OperatorCluster cluster)
{
    [Fact]
    public async Task Figures_of_pools_streams_and_requests_can_be_scraped()
    {
        await using var world = await PoolWorld.CreateAsync(cluster);
        await world.CreatePoolAsync();
        await world.AddMembersAsync("a", "b");
        await using var process = await OperatorProcess.StartAsync(cluster, world);
        await world.ActiveAsync(2);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Accept.ParseAdd("application/openmetrics-text; version=1.0.0");

        var samples = await PrometheusParser.ReadAsync(
            await http.GetStringAsync(new Uri(process.Health!, "/metrics")),
            "openmetrics"
        );

        Value("k8slb_operator_members", ("phase", "Active")).ShouldBe("2.0");
        Value("k8slb_operator_streams").ShouldBe("2.0");
        Value("k8slb_kubernetes_leader_transitions_total", ("change", "acquired")).ShouldBe("1.0");
        samples.ShouldContain(s => s.Name == "k8slb_kubernetes_request_duration_seconds_bucket");
        samples.ShouldAllBe(s => s.Help.Length > 0 || s.Name.StartsWith("dotnet_", StringComparison.Ordinal));

        string? Value(string name, params (string Label, string Value)[] labels) =>
            samples
                .SingleOrDefault(s => s.Name == name && labels.All(l => s.Labels.GetValueOrDefault(l.Label) == l.Value))
                ?.Value;
    }
}
