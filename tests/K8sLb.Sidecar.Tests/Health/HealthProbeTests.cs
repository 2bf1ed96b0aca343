using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Health;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Health;

/// <summary>One check against a real server.</summary>
public sealed class HealthProbeTests : IAsyncLifetime
{
    private readonly IPAddress address = LoopbackAddress.Next();
    private TestApp app = null!;

    public async Task InitializeAsync() => app = await TestApp.StartAsync(address, "app");

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [InlineData(200, null)]
    [InlineData(302, null)]
    [InlineData(404, "was answered with 404")]
    [InlineData(503, "was answered with 503")]
    public async Task An_http_check_goes_by_the_status(int status, string? finding)
    {
        app.Health = status;

        await ShouldFindAsync(HealthCheckTests.Check(HealthCheckKind.Http, TestApp.Port), finding);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("shop.Cart", null)]
    [InlineData("down", "does not say SERVING")]
    [InlineData("unknown", "answered with gRPC status 5")]
    public async Task A_grpc_check_goes_by_the_health_service(string service, string? finding) =>
        await ShouldFindAsync(
            HealthCheckTests.Check(HealthCheckKind.Grpc, TestApp.Port) with
            {
                Service = service,
            },
            finding
        );

    [Fact]
    public async Task A_long_service_name_is_asked_after_whole() =>
        await ShouldFindAsync(
            HealthCheckTests.Check(HealthCheckKind.Grpc, TestApp.Port) with
            {
                Service = new string('x', 200),
            },
            null
        );

    [Fact]
    public async Task A_tcp_check_is_content_with_a_connection() =>
        await ShouldFindAsync(HealthCheckTests.Check(HealthCheckKind.Tcp, TestApp.EchoPort), null);

    [Theory]
    [InlineData(HealthCheckKind.Http)]
    [InlineData(HealthCheckKind.Tcp)]
    [InlineData(HealthCheckKind.Grpc)]
    public async Task Nobody_who_listens_is_a_finding(HealthCheckKind kind) =>
        await ShouldFindAsync(HealthCheckTests.Check(kind, port: 9), "refused");

    [Fact]
    public async Task No_answer_in_time_is_a_finding() =>
        await ShouldFindAsync(
            HealthCheckTests.Check(HealthCheckKind.Http, TestApp.Port) with
            {
                Path = "/gate",
                TimeoutMs = 100,
            },
            "within 100 ms"
        );

    private async Task ShouldFindAsync(HealthCheckPolicy policy, string? finding)
    {
        using var probe = new HealthProbe(address);

        var found = await probe.CheckAsync(policy, CancellationToken.None);

        if (finding is null)
        {
            found.ShouldBeNull();
        }
        else
        {
            found.ShouldNotBeNull().ShouldContain(finding, Case.Insensitive);
        }
    }
}
