using K8sLb.Sidecar.Relay.Framing.Http1;

namespace K8sLb.Relay.Tests.Framing;

public sealed class Http1ResponseTests
{
    public static TheoryData<string, string, string> Hostile =>
        new()
        {
            {
                "both lengths",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                nameof(FramingError.LengthBesideTransferEncoding)
            },
            {
                "two lengths",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                nameof(FramingError.RepeatedContentLength)
            },
            {
                "chunked in HTTP/1.0",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                nameof(FramingError.TransferEncodingInHttp10)
            },
            {
                "content on 204",
                "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
                nameof(FramingError.UnexpectedContent)
            },
            {
                "content on 103",
                "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nhello",
                nameof(FramingError.UnexpectedContent)
            },
            {
                "chunks on 101",
                "HTTP/1.1 101 Switching\r\nTransfer-Encoding: chunked\r\n\r\n",
                nameof(FramingError.UnexpectedContent)
            },
            { "a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", nameof(FramingError.BadStatusLine) },
            { "a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", nameof(FramingError.BadStatusLine) },
            { "a status out of range", "HTTP/1.1 099 OK\r\n\r\n", nameof(FramingError.BadStatusLine) },
            { "another version", "HTTP/2.0 200 OK\r\n\r\n", nameof(FramingError.BadStatusLine) },
            { "an ICY answer", "ICY 200 OK\r\n\r\n", nameof(FramingError.BadStatusLine) },
            {
                "bare LF (response splitting)",
                "HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b\r\n\r\n",
                nameof(FramingError.BareLf)
            },
            {
                "bare CR (response splitting)",
                "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\n\r\n",
                nameof(FramingError.BareCr)
            },
            { "NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n", nameof(FramingError.ControlByte) },
            { "a folded field", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", nameof(FramingError.FoldedLine) },
            {
                "a blank before the colon",
                "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n",
                nameof(FramingError.SpaceBeforeColon)
            },
            {
                "an unknown coding",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                nameof(FramingError.UnsupportedTransferCoding)
            },
        };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Ambiguous_framing_is_refused(string reason, string text, string expected)
    {
        var bytes = Splits.Bytes(text);
        Http1Trace
            .Responses(bytes, [], RequestMethod.Idempotent)
            .Error.ShouldBe(Enum.Parse<FramingError>(expected), reason);
        Http1Trace
            .Responses(bytes, Splits.Every(1, bytes.Length), RequestMethod.Idempotent)
            .Error.ShouldNotBe(FramingError.None, reason);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "Idempotent", "Length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "Idempotent", "None")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "Idempotent", "Chunked")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "Idempotent", "UntilClose")]
    [InlineData("HTTP/1.0 200\r\n\r\n", "Other", "UntilClose")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "Head", "None")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "Head", "None")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "Idempotent", "None")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", "Other", "None")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", "Other", "None")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n", "Idempotent", "None")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "Connect", "None")]
    [InlineData("HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\n", "Connect", "Length")]
    public void The_end_follows_status_method_and_fields(string text, string method, string kind)
    {
        ResponseHead.Parse(Splits.Bytes(text), out var head).ShouldBe(FramingError.None);
        head.BodyFor(Enum.Parse<RequestMethod>(method)).Kind.ShouldBe(Enum.Parse<BodyKind>(kind));
    }

    [Fact]
    public void Interim_responses_precede_the_final_one()
    {
        var text =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        var trace = Http1Trace.Responses(Splits.Bytes(text), Splits.Every(3, text.Length), RequestMethod.Other);
        trace.Messages.ShouldBe(3);
        trace.Passed.ShouldBe(text);
    }

    [Fact]
    public void A_response_without_length_never_ends_by_itself()
    {
        var trace = Http1Trace.Responses(Splits.Bytes("HTTP/1.1 200 OK\r\n\r\nabc"), [], RequestMethod.Idempotent);
        trace.Messages.ShouldBe(0);
        trace.Passed.ShouldEndWith("abc");
    }

    [Fact]
    public void A_field_can_be_inserted_before_the_empty_line()
    {
        var text = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
        ResponseHead.Parse(Splits.Bytes(text), out var head).ShouldBe(FramingError.None);
        text.Insert(head.InsertAt, "Connection: close\r\n")
            .ShouldBe("HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\n");
    }
}
