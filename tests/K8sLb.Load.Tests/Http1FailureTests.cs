using System.Net;
using System.Net.Sockets;

namespace K8sLb.Load.Tests;

public sealed class Http1FailureTests
{
    [Fact]
    public async Task A_refused_connection_is_seen()
    {
        using var unused = new Socket(SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var report = await LoadOn.Address((IPEndPoint)unused.LocalEndPoint!, LoadOn.NewConnections(3));

        report.ShouldHaveFailed(FailureKind.Refused, 3);
        report.ConnectionsOpened.ShouldBe(0);
    }

    [Fact]
    public async Task A_reset_in_the_middle_of_a_response_is_seen()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadRequestAsync();
            await client.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            client.Reset();
        });

        var report = await LoadOn.Server(server, LoadOn.OneKeepAlive(1));

        report.ShouldHaveFailed(FailureKind.Reset);
        report.Cut.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    public async Task A_fresh_connection_that_ends_before_the_whole_response_is_cut(string response)
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadRequestAsync();
            await client.WriteAsync(response);
        });

        var report = await LoadOn.Server(server, LoadOn.OneKeepAlive(1));

        report.ShouldHaveFailed(FailureKind.Cut);
        report.Cut.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_on_a_reused_connection_that_closes_without_notice_is_lost(bool reset)
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadRequestAsync();
            await client.RespondAsync();
            await client.ReadRequestAsync();
            if (reset)
            {
                client.Reset();
            }
        });

        var report = await LoadOn.Server(server, LoadOn.OneKeepAlive(2));

        report.ShouldHaveFailed(FailureKind.KeepAliveLost);
        report.Requests.ShouldBe(2);
        report.Cut.ShouldBe(1);
    }

    [Fact]
    public async Task A_reused_connection_that_dies_in_the_middle_of_a_response_is_cut_not_lost()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadRequestAsync();
            await client.RespondAsync();
            await client.ReadRequestAsync();
            await client.WriteAsync("HTTP/1.1 200 OK\r\n");
        });

        var report = await LoadOn.Server(server, LoadOn.OneKeepAlive(2));

        report.ShouldHaveFailed(FailureKind.Cut);
    }

    [Fact]
    public async Task A_connection_closed_while_idle_costs_no_request_but_was_not_polite()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadRequestAsync();
            await client.RespondAsync();
        });

        // The pauses give the FIN time to arrive: a client cannot see one that is still on its way.
        var report = await LoadOn.Server(server, LoadOn.OneKeepAlive(3, meanIntervalMs: 400));

        report.Failed.ShouldBe(0);
        report.ConnectionsOpened.ShouldBe(3);
        report.ReleasedPolitely.ShouldBe(0);
        report.ClosedWhileIdle.ShouldBe(2);
    }

    [Fact]
    public async Task Connection_close_is_obeyed_and_counts_as_polite()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadRequestAsync();
            await client.RespondAsync("Connection: close\r\n");
            await client.IdleAsync();
        });

        var report = await LoadOn.Server(server, LoadOn.OneKeepAlive(3));

        report.Failed.ShouldBe(0);
        report.ConnectionsOpened.ShouldBe(3);
        report.ReleasedPolitely.ShouldBe(3);
    }

    [Fact]
    public async Task A_5xx_is_a_failure_and_the_connection_goes_on()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadRequestAsync();
            await client.WriteAsync("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
            await client.ReadRequestAsync();
            await client.RespondAsync();
            await client.IdleAsync();
        });

        var report = await LoadOn.Server(server, LoadOn.OneKeepAlive(2));

        report.ShouldHaveFailed(FailureKind.ServerError);
        report.ConnectionsOpened.ShouldBe(1);
    }

    [Fact]
    public async Task A_status_that_nobody_asked_for_is_a_failure()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadRequestAsync();
            await client.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            await client.IdleAsync();
        });

        (await LoadOn.Server(server, LoadOn.OneKeepAlive(1))).ShouldHaveFailed(FailureKind.UnexpectedStatus);
    }

    [Fact]
    public async Task A_response_that_does_not_come_is_a_timeout_and_no_cut()
    {
        await using var server = new ScriptedServer(client =>
            client.ReadRequestAsync().ContinueWith(_ => client.IdleAsync()).Unwrap()
        );

        var report = await LoadOn.Server(server, LoadOn.OneKeepAlive(1) with { RequestTimeoutMs = 100 });

        report.ShouldHaveFailed(FailureKind.Timeout);
        report.ClosedByClient.ShouldBe(1);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 0\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n")]
    [InlineData("what?\r\n\r\n")]
    public async Task A_response_against_the_rules_is_named_so(string response)
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadRequestAsync();
            await client.WriteAsync(response);
            await client.IdleAsync();
        });

        (await LoadOn.Server(server, LoadOn.OneKeepAlive(1))).ShouldHaveFailed(FailureKind.Protocol);
    }
}
