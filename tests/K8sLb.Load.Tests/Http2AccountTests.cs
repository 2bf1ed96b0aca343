namespace K8sLb.Load.Tests;

/// <summary>What a connection's end is called where its client closes it as soon as it has its answer.</summary>
public sealed class Http2AccountTests
{
    [Fact]
    public async Task The_last_answer_after_goaway_is_the_end_of_a_polite_release()
    {
        var report = await CloseAtTheAnswerAsync(
            async (client, http2) =>
            {
                var stream = await http2.RequestAsync();
                await http2.GoAwayAsync(stream);
                await http2.RespondAsync(stream, ScriptedHttp2.Status200);
                await client.IdleAsync();
            }
        );

        report.ReleasedPolitely.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_ends_under_a_request_is_cut()
    {
        var report = await CloseAtTheAnswerAsync(async (_, http2) => await http2.RequestAsync());

        report.Cut.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_could_go_on_is_closed_by_the_client()
    {
        var report = await CloseAtTheAnswerAsync(
            async (client, http2) =>
            {
                await http2.RespondAsync(await http2.RequestAsync(), ScriptedHttp2.Status200);
                await client.IdleAsync();
            }
        );

        report.ClosedByClient.ShouldBe(1);
    }

    private static async Task<LoadReport> CloseAtTheAnswerAsync(Func<ScriptedConnection, ScriptedHttp2, Task> script)
    {
        await using var server = ScriptedHttp2.Serve(script);
        var load = new LoadContext(
            LoadOn.OneHttp2(1),
            LoadTarget.Fixed(server.Address, server.Address, "shop"),
            new LoadRecorder(1, () => { })
        );
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var connection = await load.OpenHttp2Async(LoadClass.Http2, null, limit.Token);

        await connection.StartAsync(
            new ClosingStream(connection),
            HpackRequest.Get("shop", "/"),
            last: true,
            limit.Token
        );
        await connection.Reading.WaitAsync(limit.Token);

        var report = load.Recorder.Report();
        LoadOn.Balances(report);
        return report;
    }

    /// <summary>Its client is as quick as can be: it closes the connection while the read loop still tells of the answer.</summary>
    private sealed class ClosingStream(Http2Connection connection) : IHttp2Stream
    {
        public void Headers(IReadOnlyList<HpackField> fields) { }

        public void Data(ReadOnlySpan<byte> data) { }

        public void End() => connection.Dispose();

        public void Fail(Exception error) => connection.Dispose();
    }
}
