using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using K8sLb.Protocol;
using K8sLb.Sidecar.Admin;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace K8sLb.Sidecar.Tests;

public sealed class AdminTests : IDisposable
{
    private const string Secret = "0123456789abcdef0123456789abcdef";
    private readonly HttpClient http = new();
    private readonly ProcessTelemetry telemetry = ProcessTelemetry.Start("test", "1", "test/m0");

    public void Dispose()
    {
        http.Dispose();
        telemetry.Dispose();
    }

    [Fact]
    public async Task A_member_without_a_snapshot_is_alive_but_not_ready()
    {
        await using var fake = await FakeOperator.StartAsync();
        await using var member = await TestMember.StartAsync("m0", fake.Url);

        using var alive = await http.GetAsync(new Uri(member.Admin, "/healthz"));
        using var ready = await http.GetAsync(new Uri(member.Admin, "/readyz"));

        alive.StatusCode.ShouldBe(HttpStatusCode.OK);
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var why = (await ready.Content.ReadFromJsonAsync(AdminJson.Default.ReadinessView))!;
        why.Ready.ShouldBeFalse();
        why.NotReady.ShouldBe(["no snapshot of the pool yet"]);
    }

    [Fact]
    public async Task Readiness_needs_the_application_and_ends_with_a_drain()
    {
        await using var pool = await TestMember.PoolAsync(policy: TestSnapshots.NeverQuiet);
        (await ObjectionsAsync(pool[0])).ShouldBeEmpty();

        pool[0].Drain.Begin(DrainReason.PreStop);
        (await ObjectionsAsync(pool[0])).ShouldBe(["draining (PreStop)"]);

        await pool[0].App.DisposeAsync();
        (await ObjectionsAsync(pool[0])).ShouldContain(
            $"the application does not accept connections on {pool[0].Address}:{TestApp.Port}"
        );
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_and_opened_as_soon_as_it_is_free()
    {
        await using var pool = await TestMember.PoolAsync();
        var taken = new System.Net.Sockets.TcpListener(pool[0].Address, 8088);
        taken.Start();
        pool.Policy = pool.Policy with { Ports = [pool.Policy.Ports[0] with { Port = 8088 }] };
        await pool.TellAllAsync();

        (await ObjectionsAsync(pool[0])).ShouldHaveSingleItem().ShouldContain("port 8088 (http) cannot be opened");
        taken.Stop();

        await K8sLb.TestKit.Eventually.IsTrue(async () => (await ObjectionsAsync(pool[0])).Count == 0, "opened");
    }

    [Fact]
    public async Task Connections_are_shown_with_their_states_and_totals()
    {
        await using var pool = await TestMember.PoolAsync(members: 2);
        await using var idle = await RawHttp.ConnectAsync(pool[0].Http);
        await idle.RequestAsync("/");
        await using var busy = await RawHttp.ConnectAsync(pool[0].Http);
        await busy.GetAsync("/gate");
        await K8sLb.TestKit.Eventually.IsTrue(() => pool[0].App.Waiting == 1, "in flight");

        var view = (
            await http.GetFromJsonAsync(new Uri(pool[0].Admin, "/connections"), AdminJson.Default.ConnectionsView)
        )!;

        view.Pod.ShouldBe("test/m0");
        view.Live.Http1.ShouldBe(2);
        (view.States.Active, view.States.Idle, view.States.Closing).ShouldBe((1, 1, 0));
        view.InFlight.ShouldBe(1);
        view.Totals.Opened.ShouldBe(2);
        view.Drain.ShouldBeNull();
        view.Snapshot!.Version.ShouldBe(1);
        view.Peers.ShouldHaveSingleItem().Name.ShouldBe("m1");
        view.EffectiveWeight.ShouldBe(100);
        pool[0].App.Gate.SetResult();
    }

    [Fact]
    public async Task A_drain_that_is_not_awaited_is_begun_and_answered_at_once()
    {
        await using var pool = await TestMember.PoolAsync(policy: TestSnapshots.NeverQuiet);

        using var response = await http.GetAsync(new Uri(pool[0].Admin, "/drain?wait=false"));

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var report = (await response.Content.ReadFromJsonAsync(AdminJson.Default.DrainReport))!;
        report.Id.ShouldBe(pool[0].Drain.Current!.Id);
    }

    [Fact]
    public async Task A_drain_under_way_tells_when_it_is_expected_to_end()
    {
        await using var pool = await TestMember.PoolAsync(policy: TestSnapshots.NeverQuiet);
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        await client.RequestAsync("/");

        var report = await http.GetFromJsonAsync(
            new Uri(pool[0].Admin, "/drain?wait=false"),
            AdminJson.Default.DrainReport
        );

        // Nothing has ended yet, so there is no pace to tell from.
        report!.Remaining.ShouldBe(1);
        report.Eta!.Value.ShouldBe(report.Deadline, tolerance: TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_kubelet_that_doubles_the_slash_reaches_the_drain()
    {
        await using var pool = await TestMember.PoolAsync();

        using var response = await http.GetAsync(new Uri($"{pool[0].Admin.GetLeftPart(UriPartial.Authority)}//drain"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        pool[0].Drain.Current.ShouldNotBeNull().Reason.ShouldBe(DrainReason.PreStop);
    }

    [Fact]
    public async Task What_is_not_there_says_what_is()
    {
        await using var pool = await TestMember.PoolAsync();

        using var response = await http.GetAsync(new Uri(pool[0].Admin, "/metrics"));

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync()).ShouldBe(
            "k8slb sidecar: nothing at /metrics; there are GET /healthz, /readyz, /connections, /drain, /drain?wait=false\n"
        );
    }

    [Fact]
    public async Task Only_a_GET_begins_a_drain()
    {
        await using var pool = await TestMember.PoolAsync();

        using var response = await http.PostAsync(new Uri(pool[0].Admin, "/drain"), null);

        response.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        response.Content.Headers.Allow.ShouldBe(["GET"]);
        pool[0].Drain.Current.ShouldBeNull();
    }

    [Theory]
    [InlineData("/connections")]
    [InlineData("/metrics")]
    public async Task What_is_for_people_is_served_at_the_admin_address_alone(string path)
    {
        await using var member = await ApartAsync();

        using var refused = await http.GetAsync(new Uri(member.Admin, path));
        using var served = await http.GetAsync(new Uri(At(member.Options.AdminAddress), path));

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync()).ShouldStartWith(
            $"k8slb sidecar: {path} is served at {member.Options.AdminAddress} alone (kubectl port-forward reaches it); there are GET /healthz, "
        );
        served.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Kubelets_reach_what_they_need_at_the_pods_address()
    {
        await using var member = await ApartAsync(o => o with { DrainSecret = Secret });

        (await http.GetAsync(new Uri(member.Admin, "/healthz"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync(new Uri(member.Admin, "/readyz"))).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await http.GetAsync(new Uri(member.Admin, $"/drain/{Secret}"))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Figures_are_served_at_the_pods_address_where_that_is_asked_for()
    {
        await using var member = await ApartAsync(o => o with { MetricsOnPod = true });

        using var response = await http.GetAsync(new Uri(member.Admin, "/metrics"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_secret_the_pods_own_containers_alone_can_drain_it()
    {
        await using var member = await ApartAsync();

        using var refused = await http.GetAsync(new Uri(member.Admin, "/drain"));

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("set K8SLB_DRAIN_SECRET");
        member.Drain.Current.ShouldBeNull();
        using var served = await http.GetAsync(new Uri(At(member.Options.AdminAddress), "/drain"));
        served.StatusCode.ShouldBe(HttpStatusCode.OK);
        member.Drain.Current.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("/drain", null, "Missing")]
    [InlineData("/drain/", null, "Missing")]
    [InlineData("/drain?wait=false", null, "Missing")]
    [InlineData("/drain", "0123456789abcdef0123456789abcdeF", "Wrong")]
    [InlineData("/drain", "0123456789abcdef", "Wrong")]
    [InlineData("/drain/0123456789abcdef0123456789abcde", null, "Wrong")]
    [InlineData("/drain/0123456789abcdef0123456789abcdef/", null, "Wrong")]
    [InlineData("//drain/x", null, "Wrong")]
    public async Task Nobody_drains_a_member_without_its_secret(string path, string? header, string reason)
    {
        await using var member = await TestMember.StartAsync("m0", change: o => o with { DrainSecret = Secret });
        var reasons = new List<object?>();
        using var refusals = new MeterListener();
        refusals.SetMeasurementEventCallback<long>((_, _, tags, _) => reasons.Add(tags[0].Value));
        refusals.EnableMeasurementEvents(member.Host.Services.GetRequiredService<SidecarMetrics>().DrainRefusals);
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"{member.Admin.GetLeftPart(UriPartial.Authority)}{path}"
        );
        if (header is not null)
        {
            request.Headers.Add(DrainCall.SecretHeader, header);
        }

        using var response = await http.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await response.Content.ReadAsStringAsync()).ShouldNotContain(Secret);
        member.Drain.Current.ShouldBeNull();
        reasons.ShouldBe([reason]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hook_that_knows_the_secret_drains_the_member(bool inHeader)
    {
        await using var member = await TestMember.StartAsync("m0", change: o => o with { DrainSecret = Secret });
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(member.Admin, inHeader ? DrainCall.Path : DrainCall.PathWith(Secret))
        );
        if (inHeader)
        {
            request.Headers.Add(DrainCall.SecretHeader, Secret);
        }

        using var response = await http.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        member.Drain.Current.ShouldNotBeNull().Reason.ShouldBe(DrainReason.PreStop);
    }

    private async Task<IReadOnlyList<string>> ObjectionsAsync(TestMember member)
    {
        using var response = await http.GetAsync(new Uri(member.Admin, "/readyz"));
        return (await response.Content.ReadFromJsonAsync(AdminJson.Default.ReadinessView))!.NotReady;
    }

    /// <summary>What a pod has with its address and loopback, with two addresses of this machine.</summary>
    private Task<TestMember> ApartAsync(Func<SidecarOptions, SidecarOptions>? change = null) =>
        TestMember.StartAsync(
            "m0",
            change: o => (change ?? (same => same))(o with { AdminAddress = LoopbackAddress.Next() }),
            telemetry: telemetry
        );

    private static Uri At(IPAddress address) => new($"http://{address}:{TestMember.AdminPort}");
}
