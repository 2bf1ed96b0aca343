namespace K8sLb.Telemetry.Tests;

public sealed class PrometheusNamesTests
{
    [Theory]
    [InlineData("k8slb.sidecar.requests", "{request}", "k8slb_sidecar_requests")]
    [InlineData("k8slb.request.duration", "s", "k8slb_request_duration_seconds")]
    [InlineData("process.uptime_seconds", "s", "process_uptime_seconds")]
    [InlineData("odd-- name", null, "odd_name")]
    [InlineData("2xx", null, "_2xx")]
    [InlineData("", null, "_")]
    public void A_name_is_one_for_Prometheus_and_ends_in_its_unit(string instrument, string? unit, string name) =>
        PrometheusNames.Family(instrument, unit).ShouldBe(name);

    [Theory]
    [InlineData("network.protocol.name", "network_protocol_name")]
    [InlineData("a:b", "a_b")]
    public void A_label_has_no_colon(string tag, string label) => PrometheusNames.Label(tag).ShouldBe(label);
}
