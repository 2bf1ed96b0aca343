namespace K8sLb.Load.Tests;

public sealed class GrpcFailureTests
{
    [Fact]
    public async Task Calls_and_streams_succeed_with_a_status_in_trailers()
    {
        await using var app = await SampleProcess.StartAsync("pod-1");
        await using var run = LoadRun.Start(LoadOn.OneGrpc(200, chatIntervalMs: 20, messagesPerChat: 3), app.Target);

        var report = await run.Completion;

        report.Failures.ShouldBeEmpty();
        report.Failed.ShouldBe(0);
        report.Requests.ShouldBeGreaterThanOrEqualTo(200);
        report.ConnectionsOpened.ShouldBe(1);
        LoadOn.Balances(report);
    }

    [Theory]
    [InlineData(true, FailureKind.Reset)]
    [InlineData(false, FailureKind.Cut)]
    public async Task A_connection_that_ends_without_goaway_fails_its_calls(bool reset, FailureKind kind)
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                await http2.MessageAsync();
                if (reset)
                {
                    client.Reset();
                }
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneGrpc(1));

        report.ShouldHaveFailed(kind);
        report.Cut.ShouldBe(1);
    }

    [Fact]
    public async Task Connections_that_are_reset_under_many_calls_fail_calls_alone()
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                await http2.MessageAsync();
                client.Reset();
            }
        );
        var plan = LoadOn.Grpc(
            1_000,
            new()
            {
                Connections = 4,
                CallersPerConnection = 10,
                MeanIntervalMs = 4,
                ChatIntervalMs = 4,
                MessagesPerChat = 10,
            }
        );

        var report = await LoadOn.Server(server, plan);

        report.Failed.ShouldBe(report.Requests);
    }

    [Fact]
    public async Task A_stream_that_breaks_between_two_messages_fails_the_next_one()
    {
        await using var server = ScriptedHttp2.Serve(
            async (_, http2) =>
            {
                await http2.EchoAsync(await http2.MessageAsync(), last: false);
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneChat(2));

        report.ShouldHaveFailed(FailureKind.Cut);
        report.Requests.ShouldBe(2);
        report.Cut.ShouldBe(1);
    }

    [Fact]
    public async Task After_a_graceful_goaway_the_stream_is_ended_by_the_client_and_nothing_fails()
    {
        var messagesAfterGoAway = 0;
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                var first = await http2.MessageAsync();
                await http2.EchoAsync(first, last: false);
                if (client.Number == 1)
                {
                    await http2.GoAwayAsync(int.MaxValue);
                    await http2.GoAwayAsync(first.Stream);
                }
                var message = first;
                while (!message.IsLast)
                {
                    message = await http2.MessageAsync();
                    messagesAfterGoAway += client.Number == 1 ? 1 : 0;
                    message.Stream.ShouldBe(first.Stream);
                    await http2.EchoAsync(message, message.IsLast);
                }
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneChat(6));

        report.Failed.ShouldBe(0);
        report.ProtocolRetries.ShouldBe(0);
        report.ReleasedPolitely.ShouldBe(1);
        report.Moves.Told.ShouldBe(1);
        report.Moves.Reconnected.ShouldBe(1);
        messagesAfterGoAway.ShouldBe(2);
    }

    [Fact]
    public async Task A_call_above_the_last_stream_of_a_goaway_is_made_again_elsewhere()
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                var message = await http2.MessageAsync();
                if (client.Number == 1)
                {
                    await http2.GoAwayAsync(0);
                }
                else
                {
                    await http2.EchoAsync(message, last: true);
                    await client.IdleAsync();
                }
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneGrpc(1));

        report.Failed.ShouldBe(0);
        report.ProtocolRetries.ShouldBe(1);
        report.ReleasedPolitely.ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_stream_is_called_again()
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                await http2.ResetStreamAsync((await http2.MessageAsync()).Stream, error: 7);
                await http2.EchoAsync(await http2.MessageAsync(), last: true);
                await client.IdleAsync();
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneGrpc(1));

        report.Failed.ShouldBe(0);
        report.ProtocolRetries.ShouldBe(1);
    }

    [Fact]
    public async Task A_reset_stream_fails_its_call()
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                await http2.ResetStreamAsync((await http2.MessageAsync()).Stream);
                await client.IdleAsync();
            }
        );

        (await LoadOn.Server(server, LoadOn.OneGrpc(1))).ShouldHaveFailed(FailureKind.StreamReset);
    }

    [Fact]
    public async Task A_call_that_is_not_answered_is_a_timeout_and_given_up()
    {
        var givenUp = new TaskCompletionSource<byte[]>();
        await using var server = ScriptedHttp2.Serve(
            async (_, http2) =>
            {
                await http2.MessageAsync();
                givenUp.SetResult((await http2.NextAsync(Http2FrameType.ResetStream)).Payload);
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneGrpc(1) with { RequestTimeoutMs = 500 });

        report.ShouldHaveFailed(FailureKind.Timeout);
        (await givenUp.Task.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBe([0, 0, 0, 8]);
    }

    [Theory]
    [InlineData("14", FailureKind.GrpcStatus)]
    [InlineData("", FailureKind.GrpcStatus)]
    [InlineData("0", FailureKind.Corrupt)] // and no message
    public async Task The_status_of_an_answer_that_is_trailers_only_counts(string status, FailureKind kind)
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                var stream = (await http2.MessageAsync()).Stream;
                await http2.SendHeadersAsync(stream, [.. ScriptedHttp2.Status200, .. ScriptedHttp2.GrpcStatus(status)]);
                await client.IdleAsync();
            }
        );

        (await LoadOn.Server(server, LoadOn.OneGrpc(1))).ShouldHaveFailed(kind);
    }

    [Fact]
    public async Task An_echo_with_a_status_that_is_not_ok_is_a_failure()
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                await http2.EchoAsync(await http2.MessageAsync(), last: true, status: "13");
                await client.IdleAsync();
            }
        );

        (await LoadOn.Server(server, LoadOn.OneGrpc(1))).ShouldHaveFailed(FailureKind.GrpcStatus);
    }

    [Fact]
    public async Task A_call_that_ends_without_a_status_breaks_the_protocol()
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                await http2.RespondAsync((await http2.MessageAsync()).Stream, ScriptedHttp2.Status200);
                await client.IdleAsync();
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneGrpc(1));

        report.ShouldHaveFailed(FailureKind.Protocol);
    }

    [Fact]
    public async Task A_5xx_is_a_failure()
    {
        await using var server = ScriptedHttp2.Serve(
            async (client, http2) =>
            {
                await http2.RespondAsync((await http2.MessageAsync()).Stream, ScriptedHttp2.Status503);
                await http2.EchoAsync(await http2.MessageAsync(), last: true);
                await client.IdleAsync();
            }
        );

        var report = await LoadOn.Server(server, LoadOn.OneGrpc(2));

        report.ShouldHaveFailed(FailureKind.ServerError);
        report.ConnectionsOpened.ShouldBe(1);
    }
}
