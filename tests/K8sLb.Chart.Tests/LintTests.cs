namespace K8sLb.Chart.Tests;

public sealed class LintTests(ChartFixture chart) : IClassFixture<ChartFixture>
{
    [Fact]
    public async Task Helm_finds_nothing_to_complain_about()
    {
        var said = await chart.Helm.RunAsync(["lint", "--strict", ChartFixture.Folder]);

        said.ShouldContain("0 chart(s) failed");
    }

    [Theory]
    [InlineData("replicas=0", "/replicas")]
    [InlineData("replicas=two", "/replicas")]
    [InlineData("replica=2", "'replica'")]
    [InlineData("image.tag=", "/image/tag")]
    [InlineData("image.pullPolicy=Sometimes", "/image/pullPolicy")]
    [InlineData("service.port=70000", "/service/port")]
    [InlineData("service.clusterIP=k8slb.example", "/service/clusterIP")]
    [InlineData("webhooks.timeoutSeconds=31", "/webhooks/timeoutSeconds")]
    [InlineData("webhooks.failurePolicy=Fail", "'failurePolicy'")]
    [InlineData("injection.enabled=perhaps", "/injection/enabled")]
    [InlineData("sidecar.native=Maybe", "/sidecar/native")]
    [InlineData("sidecar.resources.requests=20m", "/sidecar/resources/requests")]
    [InlineData("resources.limit.memory=1Gi", "'limit'")]
    [InlineData("env.K8SLB-LISTEN=x", "K8SLB-LISTEN")]
    [InlineData("monitoring.alerts=yes", "/monitoring/alerts")]
    [InlineData("networkPolicy=on", "/networkPolicy")]
    public async Task A_wrong_value_is_refused_by_its_name(string setting, string name)
    {
        var result = await chart.Helm.TryAsync(["template", "k8slb", ChartFixture.Folder, "--set", setting]);

        result.ExitCode.ShouldNotBe(0);
        result.Error.ShouldContain(name);
    }
}
