using K8sLb.Sidecar.Relay.Framing.Http1;

namespace K8sLb.Relay.Tests.Framing;

public sealed class Http1RequestTests
{
    public static TheoryData<string> Hostile => [.. Http1RequestCorpus.Hostile.Select(one => one.Reason)];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Ambiguous_framing_is_refused_however_it_arrives(string reason)
    {
        var (_, text, expected) = Http1RequestCorpus.Hostile.Single(one => one.Reason == reason);
        var bytes = Splits.Bytes(text);
        foreach (var step in new[] { 1, 2, 3, 7, int.MaxValue })
        {
            var trace = Http1Trace.Requests(bytes, step == int.MaxValue ? [] : Splits.Every(step, bytes.Length));
            trace.Error.ShouldNotBe(FramingError.None, reason);
            if (step == int.MaxValue)
            {
                trace.Error.ShouldBe(expected, reason);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Nothing_behind_the_offence_is_passed_on(string reason)
    {
        var (_, text, _) = Http1RequestCorpus.Hostile.Single(one => one.Reason == reason);
        var trace = Http1Trace.Requests(Splits.Bytes(text + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"), []);
        trace.Passed.ShouldNotContain("smuggled");
        trace.Messages.ShouldBe(0);
    }

    [Fact]
    public void Pipelined_requests_are_told_apart()
    {
        var text =
            "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
            + "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
            + "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5;x=\"y\"\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n"
            + "HEAD /d HTTP/1.0\r\n\r\n";
        var bytes = Splits.Bytes(text);
        var whole = Http1Trace.Requests(bytes, []);
        whole.Messages.ShouldBe(4);
        whole.Passed.ShouldBe(text);
        for (var step = 1; step < 20; step++)
        {
            Http1Trace.Requests(bytes, Splits.Every(step, bytes.Length)).Events.ShouldBe(whole.Events);
        }
    }

    [Fact]
    public void One_empty_line_before_a_request_is_dropped()
    {
        foreach (var step in new[] { 1, 2, 100 })
        {
            var bytes = Splits.Bytes("\r\nGET / HTTP/1.1\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n");
            var trace = Http1Trace.Requests(bytes, Splits.Every(step, bytes.Length));
            trace.Messages.ShouldBe(2);
            trace.Passed.ShouldBe("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", true)]
    [InlineData("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.1\r\nConnection: foo, CLOSE\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.1\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.0\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true)]
    public void Persistence_follows_version_and_Connection(string text, bool keepAlive) =>
        Head(text).KeepAlive.ShouldBe(keepAlive);

    [Fact]
    public void An_upgrade_needs_both_fields_and_HTTP_1_1()
    {
        Head("GET / HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n")
            .Upgrade.ShouldBe(UpgradeProtocols.WebSocket);
        Head("GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c, other/1\r\n\r\n")
            .Upgrade.ShouldBe(UpgradeProtocols.H2c | UpgradeProtocols.Other);
        Head("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n").Upgrade.ShouldBe(UpgradeProtocols.None);
        Head("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
            .Upgrade.ShouldBe(UpgradeProtocols.None);
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("PUT", true)]
    [InlineData("DELETE", true)]
    [InlineData("OPTIONS", true)]
    [InlineData("POST", false)]
    [InlineData("PATCH", false)]
    [InlineData("get", false)]
    public void Only_idempotent_methods_may_be_sent_twice(string method, bool maySendTwice) =>
        Head($"{method} / HTTP/1.1\r\n\r\n").MaySendTwice.ShouldBe(maySendTwice);

    [Fact]
    public void Expectation_and_connection_bound_authentication_are_seen()
    {
        Head("POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n")
            .Fields.ExpectContinue.ShouldBeTrue();
        Head("GET / HTTP/1.1\r\nAuthorization: Negotiate YII=\r\n\r\n").Fields.BindsConnection.ShouldBeTrue();
        Head("GET / HTTP/1.1\r\nAuthorization: Bearer x\r\n\r\n").Fields.BindsConnection.ShouldBeFalse();
    }

    [Fact]
    public void The_Connection_line_can_be_cut_out()
    {
        var text = "GET / HTTP/1.1\r\nA: b\r\nConnection: keep-alive\r\nC: d\r\n\r\n";
        var fields = Head(text).Fields;
        fields.ConnectionLines.ShouldBe(1);
        text.Remove(fields.ConnectionStart, fields.ConnectionEnd - fields.ConnectionStart)
            .ShouldBe("GET / HTTP/1.1\r\nA: b\r\nC: d\r\n\r\n");
    }

    private static RequestHead Head(string text)
    {
        RequestHead.Parse(Splits.Bytes(text), out var head).ShouldBe(FramingError.None);
        return head;
    }
}
