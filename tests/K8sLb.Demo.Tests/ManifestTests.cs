namespace K8sLb.Demo.Tests;

public sealed class ManifestTests
{
    private static readonly Dictionary<string, string> Values = new()
    {
        ["APP_IMAGE"] = "app:1",
        ["SIDECAR_IMAGE"] = "sidecar:1",
        ["OPERATOR_ADDRESS"] = "https://10.96.0.9:15010",
        ["REPLICAS"] = "4",
        ["MAX_SURGE"] = "1",
        ["RELEASES_PER_SECOND"] = "200",
    };

    [Theory]
    [InlineData("baseline.yaml")]
    [InlineData("k8slb.yaml")]
    [InlineData("backendpool.yaml")]
    [InlineData("haproxy.yaml")]
    [InlineData("nginx.yaml")]
    public async Task Every_value_is_filled_in(string file) =>
        (await Manifest.ReadAsync(file, Values))
            .Split('\n')
            .ShouldNotContain(l => l.Contains("${") && !l.StartsWith('#'));

    [Fact]
    public async Task A_value_that_is_missing_is_named() =>
        (
            await Should.ThrowAsync<KeyNotFoundException>(() =>
                Manifest.ReadAsync("baseline.yaml", new Dictionary<string, string>())
            )
        ).Message.ShouldContain("baseline.yaml: no value for ${REPLICAS}");
}
