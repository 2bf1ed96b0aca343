using System.Net.Http.Json;
using K8sLb.Protocol;
using K8sLb.Sidecar.Admin;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class SidecarProcessTests
{
    [Fact]
    public async Task A_signal_drains_and_keeps_serving_until_all_is_done()
    {
        await using var member = await ProcessMember.StartAsync();
        await using var busy = await RawHttp.ConnectAsync(member.Process.Http);
        await busy.GetAsync("/gate");
        await Eventually.IsTrue(() => member.App.Waiting == 1, "in flight");

        member.Process.Terminate();
        await Eventually.IsTrue(
            () => member.Process.Output.Contains("drain", StringComparison.OrdinalIgnoreCase),
            "draining"
        );
        await using (var late = await RawHttp.ConnectAsync(member.Process.Http))
        {
            var response = await late.RequestAsync("/");
            response.Status.ShouldBe(200);
        }
        member.Process.HasExited.ShouldBeFalse();
        member.App.Gate.SetResult();

        (await busy.ReadAsync()).Status.ShouldBe(200);
        (await member.Process.ExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_signal_in_the_middle_of_preStop_joins_its_drain()
    {
        await using var member = await ProcessMember.StartAsync();
        await using var busy = await RawHttp.ConnectAsync(member.Process.Http);
        await busy.GetAsync("/gate");
        await Eventually.IsTrue(() => member.App.Waiting == 1, "in flight");
        using var http = new HttpClient();

        var preStop = http.GetFromJsonAsync(new Uri(member.Process.Admin, "/drain"), AdminJson.Default.DrainReport);
        await Eventually.IsTrue(() => member.Process.Output.Contains("begins with", StringComparison.Ordinal), "begun");
        member.Process.Terminate();
        await Eventually.IsTrue(() => member.Process.Output.Contains("SIGTERM", StringComparison.Ordinal), "signalled");
        member.App.Gate.SetResult();

        var report = (await preStop)!;
        report.Reason.ShouldBe(DrainReason.PreStop);
        report.Progress.ShouldBe(DrainProgress.Released);
        (await busy.ReadAsync()).Status.ShouldBe(200);
        (await member.Process.ExitAsync()).ShouldBe(0);
        member.Process.Output.Split("begins with").Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("openmetrics", "application/openmetrics-text")]
    [InlineData("text", "text/plain")]
    public async Task Its_figures_can_be_scraped(string format, string accept)
    {
        await using var member = await ProcessMember.StartAsync();
        await using var client = await RawHttp.ConnectAsync(member.Process.Http);
        await client.RequestAsync("/");
        await client.RequestAsync("/");
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Accept.ParseAdd(accept);

        var samples = await PrometheusParser.ReadAsync(
            await http.GetStringAsync(new Uri(member.Process.Admin, "/metrics")),
            format
        );

        samples
            .Single(s => s.Name == "k8slb_sidecar_requests_total")
            .ShouldSatisfyAllConditions(s => s.Value.ShouldBe("2.0"), s => s.Labels["k8slb_route"].ShouldBe("local"));
        samples
            .Single(s => s.Name == "k8slb_sidecar_connections" && s.Labels["network_protocol_name"] == "http1")
            .Value.ShouldBe("1.0");
        samples.ShouldAllBe(s => s.Help.Length > 0);
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        await using var member = await ProcessMember.StartAsync();
        await using var busy = await RawHttp.ConnectAsync(member.Process.Http);
        await busy.GetAsync("/gate");
        await Eventually.IsTrue(() => member.App.Waiting == 1, "in flight");

        member.Process.Terminate();
        await Eventually.IsTrue(() => member.Process.Output.Contains("SIGTERM", StringComparison.Ordinal), "signalled");
        member.Process.Terminate();

        (await member.Process.ExitAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_wrong_with_the_environment_is_said_in_one_breath()
    {
        await using var process = SidecarProcess.Start(
            LoopbackAddress.Next(),
            new Dictionary<string, string> { ["K8SLB_PEER_PORT"] = "many", ["K8SLB_OPERATOR"] = "nobody" }
        );

        (await process.ExitAsync()).ShouldBe(1);

        process.Output.ShouldContain("K8SLB_PEER_PORT=\"many\" is not a port");
        process.Output.ShouldContain(
            "K8SLB_OPERATOR=\"nobody\" is not of the form https://host:port or http://host:port"
        );
        process.Output.ShouldNotContain("   at ");
    }
}
