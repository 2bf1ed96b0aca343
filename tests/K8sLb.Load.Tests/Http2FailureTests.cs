namespace K8sLb.Load.Tests;

public sealed class Http2FailureTests
{
    [Fact]
    public async Task Going_away_in_two_steps_loses_nothing_and_repeats_nothing()
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                var stream = await http2.RequestAsync();
                await http2.GoAwayAsync(int.MaxValue);
                await http2.RespondAsync(stream, ScriptedHttp2.Status200);
                await client.IdleAsync();
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneHttp2(3));

        report.Failed.ShouldBe(0);
        report.ProtocolRetries.ShouldBe(0);
        report.ConnectionsOpened.ShouldBe(3);
        report.ReleasedPolitely.ShouldBe(3);
    }

    [Fact]
    public async Task A_request_above_the_last_stream_of_a_goaway_is_repeated_elsewhere()
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                var stream = await http2.RequestAsync();
                if (client.Number == 1)
                {
                    await http2.GoAwayAsync(0);
                }
                else
                {
                    await http2.RespondAsync(stream, ScriptedHttp2.Status200);
                    await client.IdleAsync();
                }
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneHttp2(1));

        report.Failed.ShouldBe(0);
        report.Requests.ShouldBe(1);
        report.ProtocolRetries.ShouldBe(1);
        report.ReleasedPolitely.ShouldBe(1);
    }

    [Fact]
    public async Task A_processed_stream_that_never_ends_after_goaway_is_cut()
    {
        await using var server = ScriptedHttp2.Serve(
            async (_, http2) =>
            {
                await http2.GoAwayAsync(await http2.RequestAsync());
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneHttp2(1));

        report.ShouldHaveFailed(FailureKind.Cut);
        report.Cut.ShouldBe(1);
        report.ReleasedPolitely.ShouldBe(0);
    }

    [Theory]
    [InlineData(true, FailureKind.Reset)]
    [InlineData(false, FailureKind.Cut)]
    public async Task A_connection_that_ends_under_a_request_without_goaway_fails_it(bool reset, FailureKind kind)
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                await http2.RequestAsync();
                if (reset)
                {
                    client.Reset();
                }
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneHttp2(1));

        report.ShouldHaveFailed(kind);
        report.Cut.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_ends_without_goaway_between_requests_is_cut_while_idle()
    {
        await using var server = ScriptedHttp2.Serve(
            async (_, http2) =>
            {
                await http2.RespondAsync(await http2.RequestAsync(), ScriptedHttp2.Status200);
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneHttp2(2, meanIntervalMs: 400));

        report.Failed.ShouldBe(0);
        report.ConnectionsOpened.ShouldBe(2);
        report.ClosedWhileIdle.ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task A_goaway_with_an_error_is_not_polite()
    {
        await using var server = ScriptedHttp2.Serve(
            async (_, http2) =>
            {
                await http2.RespondAsync(await http2.RequestAsync(), ScriptedHttp2.Status200);
                await http2.GoAwayAsync(1, error: 2);
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneHttp2(2, meanIntervalMs: 400));

        report.ReleasedPolitely.ShouldBe(0);
        report.Cut.ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task A_reset_stream_fails_its_request_alone()
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                await http2.ResetStreamAsync(await http2.RequestAsync());
                await http2.RespondAsync(await http2.RequestAsync(), ScriptedHttp2.Status200);
                await client.IdleAsync();
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneHttp2(2));

        report.ShouldHaveFailed(FailureKind.StreamReset);
        report.ConnectionsOpened.ShouldBe(1);
    }

    [Fact]
    public async Task A_5xx_is_a_failure()
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                await http2.RespondAsync(await http2.RequestAsync(), ScriptedHttp2.Status503);
                await client.IdleAsync();
            }
        );

        (await LoadOn.Server(server, LoadOn.OneHttp2(1))).ShouldHaveFailed(FailureKind.ServerError);
    }

    [Theory]
    [InlineData(new byte[] { 0x88 }, 200)]
    [InlineData(new byte[] { 0x8e }, 500)]
    [InlineData(new byte[] { 0x20, 0x88 }, 200)]
    [InlineData(new byte[] { 0x08, 0x03, (byte)'5', (byte)'0', (byte)'3' }, 503)]
    [InlineData(new byte[] { 0x48, 0x82, 0x64, 0x02 }, 302)] // RFC 7541 appendix C.6.1
    [InlineData(new byte[] { 0x48, 0x83, 0x64, 0x0e, 0xff }, 307)] // RFC 7541 appendix C.6.2
    public void A_status_is_read_in_every_form_without_the_dynamic_table(byte[] block, int status) =>
        HpackStatus.Of(HpackFields.Read([.. block, 0xa1])).ShouldBe(status);

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x82 })]
    [InlineData(new byte[] { 0xbe })]
    [InlineData(new byte[] { 0x08, 0x03, (byte)'5' })]
    [InlineData(new byte[] { 0x48, 0x81, 0xff })]
    public void A_block_without_a_status_is_refused(byte[] block) =>
        Should
            .Throw<RequestFailedException>(() => HpackStatus.Of(HpackFields.Read(block)))
            .Kind.ShouldBe(FailureKind.Protocol);
}
