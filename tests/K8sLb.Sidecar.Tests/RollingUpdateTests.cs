using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class RollingUpdateThroughRelayTests() : RollingUpdateTests(PortMode.Relay);

public sealed class RollingUpdateThroughProxyTests() : RollingUpdateTests(PortMode.Proxy);

public abstract class RollingUpdateTests(PortMode mode) : DataPathTests(mode)
{
    [Fact]
    public async Task Members_that_leave_one_after_the_other_under_load_lose_nothing()
    {
        await using var pool = await PoolAsync(
            members: 3,
            p => p with { Drain = p.Drain with { RampDownMs = 200, QuietPeriodMs = 500 } }
        );
        var endpoints = new StaleEndpoints(pool.Members);
        using var stop = new CancellationTokenSource();
        var load = new LoadClients(endpoints, stop.Token);
        List<Task> clients =
        [
            .. Enumerable.Range(0, 6).Select(i => load.Http1Async(i)),
            .. Enumerable.Range(10, 3).Select(i => load.Http2Async(i)),
            .. Enumerable.Range(20, 4).Select(i => load.WebSocketAsync(i)),
        ];

        foreach (var leaving in pool.Members.Take(2).ToList())
        {
            var report = await LeaveAsync(pool, leaving, endpoints);
            report.Forced.ShouldBe(0);
            // A client ends early by what went wrong with it alone.
            await Task.WhenAll(clients.Where(c => c.IsCompleted));
        }
        await stop.CancelAsync();
        await Task.WhenAll(clients).WaitAsync(TimeSpan.FromSeconds(30));

        load.Requests.ShouldBeGreaterThan(100);
    }

    /// <summary>As the kubelet does it: preStop, then the application ends, then the sidecar. Endpoints follow late.</summary>
    private static async Task<DrainReport> LeaveAsync(TestPool pool, TestMember leaving, StaleEndpoints endpoints)
    {
        var preStop = leaving.DrainAsync();
        await pool.TellAllAsync(
            (i, d) =>
                pool[i] == leaving || pool[i].Drain.Current is not null
                    ? d with
                    {
                        Availability = MemberAvailability.Unavailable,
                        Weight = 0,
                    }
                    : d
        );
        await LateArrivalsAsync(leaving);
        endpoints.Remove(leaving);
        var remaining = await NoteRemainingAsync(leaving, preStop);
        var report = await preStop;
        report.Progress.ShouldBe(DrainProgress.Released, $"shortly before there remained: {remaining}");
        await leaving.App.DisposeAsync();
        return report;
    }

    /// <summary>Clients come to one that lets its connections go already, as they do while endpoints lag behind.</summary>
    private static async Task LateArrivalsAsync(TestMember leaving)
    {
        await Eventually.IsTrue(() => leaving.Drain.Current is { IsReleasing: true }, "releasing");
        var before = leaving.Registry.Account().Totals.Opened;
        await Eventually.IsTrue(() => leaving.Registry.Account().Totals.Opened >= before + 20, "late arrivals");
    }

    /// <summary>The connections that were left when the drain was last seen releasing.</summary>
    private static async Task<string> NoteRemainingAsync(TestMember leaving, Task over)
    {
        var live = new List<TrackedConnection>();
        var remaining = "";
        while (!over.IsCompleted)
        {
            if (leaving.Drain.Current is { IsOver: false })
            {
                leaving.Registry.CopyLiveTo(live);
                remaining = string.Join("; ", live.Select(Describe));
            }
            // How often it looks.
            await Task.WhenAny(over, Task.Delay(TimeSpan.FromMilliseconds(50)));
        }
        return remaining;
    }

    private static string Describe(TrackedConnection c) =>
        $"#{c.Id} {c.Protocol} {c.State}, {c.InFlight} in flight, leaves: {c.Leaves}";
}
