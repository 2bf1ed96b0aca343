using System.Net;
using System.Net.Http.Json;
using K8sLb.Protocol;
using K8sLb.Sidecar.Admin;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests;

public sealed class AdminTests : IDisposable
{
    private readonly HttpClient http = new();

    public void Dispose() => http.Dispose();

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

    private async Task<IReadOnlyList<string>> ObjectionsAsync(TestMember member)
    {
        using var response = await http.GetAsync(new Uri(member.Admin, "/readyz"));
        return (await response.Content.ReadFromJsonAsync(AdminJson.Default.ReadinessView))!.NotReady;
    }
}
