using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class DrainThroughRelayTests() : DrainTests(PortMode.Relay);

public sealed class DrainThroughProxyTests() : DrainTests(PortMode.Proxy);

public abstract class DrainTests(PortMode mode) : DataPathTests(mode)
{
    private const long Big = 50L * 1024 * 1024;

    [Fact]
    public async Task A_large_download_ends_whole_in_a_drain()
    {
        await using var pool = await PoolAsync(members: 2);
        using var http = new HttpClient();
        using var response = await http.GetAsync(
            new Uri(pool[0].Url, $"/download?bytes={Big}"),
            HttpCompletionOption.ResponseHeadersRead
        );

        var draining = pool[0].DrainAsync();
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        pool[0].App.Gate.SetResult();
        var received = 0L;
        await using (var body = await response.Content.ReadAsStreamAsync())
        {
            var buffer = new byte[128 * 1024];
            for (int read; (read = await body.ReadAsync(buffer)) > 0; )
            {
                received += read;
            }
        }
        var report = await draining;

        received.ShouldBe(Big);
        report.Progress.ShouldBe(DrainProgress.Released);
        report.Forced.ShouldBe(0);
    }

    [Fact]
    public async Task A_large_upload_ends_whole_in_a_drain()
    {
        await using var pool = await PoolAsync(members: 2);
        using var http = new HttpClient();
        using var content = new GatedContent(Big);
        var upload = http.PostAsync(new Uri(pool[0].Url, "/upload"), content);
        await content.HalfSent.Task;

        var draining = pool[0].DrainAsync();
        await Eventually.IsTrue(() => pool[0].Asked == 1, "the connection was asked to move");
        content.Gate.SetResult();
        using var response = await upload;

        (await response.Content.ReadAsStringAsync()).ShouldBe($"{Big}");
        response.Headers.ConnectionClose.ShouldBe(true);
        (await draining).Forced.ShouldBe(0);
    }

    [Fact]
    public async Task The_member_is_not_released_while_a_slow_answer_is_awaited()
    {
        await using var pool = await PoolAsync();
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        await client.GetAsync("/gate");
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "in flight");

        var draining = pool[0].DrainAsync();
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");
        draining.IsCompleted.ShouldBeFalse();
        pool[0].App.Gate.SetResult();

        (await client.ReadAsync()).Status.ShouldBe(200);
        (await draining).Progress.ShouldBe(DrainProgress.Released);
    }

    [Fact]
    public async Task The_deadline_cuts_what_is_left_and_says_so()
    {
        await using var pool = await PoolAsync(policy: p => p with { Drain = p.Drain with { DeadlineMs = 700 } });
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        await client.GetAsync("/gate");
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "in flight");

        var report = await pool[0].DrainAsync();

        report.Progress.ShouldBe(DrainProgress.Forced);
        await Should.ThrowAsync<IOException>(client.ReadAsync());
        await Eventually.IsTrue(() => pool[0].Registry.Account().Totals.Forced == 1, "forced");
    }

    [Fact]
    public async Task During_the_ramp_down_connections_are_left_alone_and_work_moves_over()
    {
        await using var pool = await PoolAsync(members: 2);
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        await client.RequestAsync("/");

        // Half of an hour has passed since the start.
        var now = DateTimeOffset.UtcNow;
        await pool.TellAllAsync(
            (i, d) => i == 0 ? d with { Availability = MemberAvailability.Unavailable, Weight = 0 } : d,
            i =>
                i > 0
                    ? null
                    : TestSnapshots.Drain(TimeSpan.FromHours(2), TimeSpan.Zero) with
                    {
                        StartedAt = now.AddMinutes(-30),
                        RampDownEndsAt = now.AddMinutes(30),
                    }
        );
        var servedBy = new Dictionary<string, int> { ["m0"] = 0, ["m1"] = 0 };
        for (var i = 0; i < 400; i++)
        {
            var response = await client.RequestAsync("/");
            response.AsksToClose.ShouldBeFalse();
            servedBy[response.ServedBy!]++;
        }

        // Weight 50 of 150: a third of the whole is two thirds of the half that arrives here.
        servedBy["m0"].ShouldBeInRange(220, 310);
        pool[0].Drain.Current!.Progress.ShouldBe(DrainProgress.RampDown);
    }

    [Fact]
    public async Task A_cancelled_drain_gives_the_member_its_work_back()
    {
        await using var pool = await PoolAsync(members: 2, TestSnapshots.NeverQuiet);
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");

        await pool.TellAllAsync();

        pool[0].Drain.Current.ShouldBeNull();
        await using var client = await RawHttp.ConnectAsync(pool[0].Http);
        var response = await client.RequestAsync("/");
        response.ServedBy.ShouldBe("m0");
        response.AsksToClose.ShouldBeFalse();
        (await IsReadyAsync(pool[0])).ShouldBeTrue();
    }

    [Fact]
    public async Task The_operator_cannot_cancel_what_the_kubelet_began()
    {
        await using var pool = await PoolAsync(policy: TestSnapshots.NeverQuiet);
        await pool.DrainAsync(0);
        var first = pool[0].Drain.Current!;
        first.Reason.ShouldBe(DrainReason.Requested);
        pool[0].Drain.Begin(DrainReason.PreStop);

        await pool.TellAllAsync();

        pool[0].Drain.Current!.Id.ShouldBe(first.Id);
        pool[0].Drain.Current!.Reason.ShouldBe(DrainReason.PreStop);
    }

    [Fact]
    public async Task Directive_preStop_and_signal_lead_to_one_drain()
    {
        await using var pool = await PoolAsync();
        await using var busy = await RawHttp.ConnectAsync(pool[0].Http);
        await busy.GetAsync("/gate");
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "in flight");

        var byPreStop = pool[0].DrainAsync();
        await Eventually.IsTrue(() => pool[0].Drain.Current is not null, "begun");
        var first = pool[0].Drain.Current!;
        await pool.DrainAsync(0, deadline: TimeSpan.FromHours(1));
        pool[0].Drain.Begin(DrainReason.Sigterm);
        pool[0].App.Gate.SetResult();
        var report = await byPreStop;

        report.Id.ShouldBe(first.Id);
        report.Reason.ShouldBe(DrainReason.PreStop);
        report.StartedAt.ShouldBe(first.StartedAt);
        report.Deadline.ShouldBe(first.Deadline);
    }

    [Fact]
    public async Task A_member_that_is_reached_every_so_often_stays_until_that_has_ceased()
    {
        await using var pool = await PoolAsync(members: 2);
        for (var i = 0; i < 5; i++)
        {
            await using var client = await RawHttp.ConnectAsync(pool[0].Http);
            await client.RequestAsync("/");
            // The rhythm that is learned, one in 100 ms or so: ten such gaps must pass without an arrival.
            await Task.Delay(100);
        }

        var report = await pool[0].DrainAsync();
        var account = pool[0].Registry.Account();

        (TimeProvider.System.GetElapsedTime(account.LastArrival) + TimeSpan.FromMilliseconds(50)).ShouldBeGreaterThan(
            TimeProvider.System.GetElapsedTime(0, account.MeanArrivalGap!.Value) * 10
        );
        report.Progress.ShouldBe(DrainProgress.Released);
    }

    [Fact]
    public async Task A_bare_connect_is_no_arrival()
    {
        await using var pool = await PoolAsync();
        var before = pool[0].Registry.Account().LastArrival;

        await (await RawHttp.ConnectAsync(pool[0].Http)).DisposeAsync();
        await Eventually.IsTrue(() => pool[0].Registry.Account().Totals.Finished == 1, "seen");

        pool[0].Registry.Account().LastArrival.ShouldBe(before);
    }

    [Fact]
    public async Task An_application_that_restarts_after_its_preStop_gets_its_work_back()
    {
        await using var pool = await PoolAsync();
        (await pool[0].DrainAsync()).Progress.ShouldBe(DrainProgress.Released);

        await pool[0].App.DisposeAsync();
        await Eventually.IsTrue(async () => (await NotReadyAsync(pool[0])).Contains("does not accept"), "it is gone");
        await Eventually.IsTrue(() => pool[0].PreStopLapse.HasSeenItStop, "it was seen to stop");
        pool[0].Drain.Current.ShouldNotBeNull();
        await using var again = await TestApp.StartAsync(pool[0].Address, "again");

        await Eventually.IsTrue(() => pool[0].Drain.Current is null, "the drain has lapsed");
        (await IsReadyAsync(pool[0])).ShouldBeTrue();
    }

    [Theory]
    [InlineData(DrainReason.ReadinessLost, true)]
    [InlineData(DrainReason.Requested, false)]
    [InlineData(DrainReason.PodDeleted, false)]
    public async Task A_drain_for_lost_readiness_does_not_keep_the_member_unready(DrainReason reason, bool ready)
    {
        await using var pool = await PoolAsync();
        var drain = TestSnapshots.Drain(TimeSpan.FromSeconds(30), TimeSpan.Zero) with { Reason = reason };

        await pool.TellAsync(0, drain: drain);

        pool[0].Drain.Current.ShouldNotBeNull().Reason.ShouldBe(reason);
        (await IsReadyAsync(pool[0])).ShouldBe(ready);
    }

    private static async Task<bool> IsReadyAsync(TestMember member)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(member.Admin, "/readyz"));
        return response.StatusCode == HttpStatusCode.OK;
    }

    private static async Task<string> NotReadyAsync(TestMember member)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(member.Admin, "/readyz"));
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Sends half, and the rest when the gate opens.</summary>
    private sealed class GatedContent(long total) : HttpContent
    {
        public TaskCompletionSource HalfSent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var chunk = new byte[64 * 1024];
            for (long sent = 0; sent < total; )
            {
                var now = (int)Math.Min(chunk.Length, total - sent);
                await stream.WriteAsync(chunk.AsMemory(0, now));
                sent += now;
                if (sent >= total / 2 && HalfSent.TrySetResult())
                {
                    await Gate.Task;
                }
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = total;
            return true;
        }
    }
}
