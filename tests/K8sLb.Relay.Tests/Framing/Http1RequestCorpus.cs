using K8sLb.Sidecar.Relay.Framing.Http1;

namespace K8sLb.Relay.Tests.Framing;

/// <summary>Requests that must not be passed on: each with the reason, from RFC 9112 and published desync research.</summary>
internal static class Http1RequestCorpus
{
    private const string Host = "Host: a\r\n";

    public static IEnumerable<(string Reason, string Text, FramingError Error)> Hostile =>
        [
            (
                "CL.TE: the front reads the length, the back the chunks",
                $"POST / HTTP/1.1\r\n{Host}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
                FramingError.LengthBesideTransferEncoding
            ),
            (
                "TE.CL: the same, the other way round",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\nG\r\n0\r\n\r\n",
                FramingError.LengthBesideTransferEncoding
            ),
            (
                "CL.CL: two lengths that differ",
                $"POST / HTTP/1.1\r\n{Host}Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello",
                FramingError.RepeatedContentLength
            ),
            (
                "two equal lengths in two fields: the next hop may count them as a list",
                $"POST / HTTP/1.1\r\n{Host}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                FramingError.RepeatedContentLength
            ),
            (
                "a list of lengths in one field",
                $"POST / HTTP/1.1\r\n{Host}Content-Length: 5, 5\r\n\r\nhello",
                FramingError.BadContentLength
            ),
            (
                "a signed length (CVE-2018-7159 family)",
                $"POST / HTTP/1.1\r\n{Host}Content-Length: +5\r\n\r\nhello",
                FramingError.BadContentLength
            ),
            (
                "a negative length",
                $"POST / HTTP/1.1\r\n{Host}Content-Length: -1\r\n\r\n",
                FramingError.BadContentLength
            ),
            (
                "a length with a blank inside (node CVE-2018-7159)",
                $"POST / HTTP/1.1\r\n{Host}Content-Length: 1 2\r\n\r\n",
                FramingError.BadContentLength
            ),
            (
                "a hexadecimal length",
                $"POST / HTTP/1.1\r\n{Host}Content-Length: 0x5\r\n\r\nhello",
                FramingError.BadContentLength
            ),
            (
                "a length with a fraction",
                $"POST / HTTP/1.1\r\n{Host}Content-Length: 5.0\r\n\r\nhello",
                FramingError.BadContentLength
            ),
            ("an empty length", $"POST / HTTP/1.1\r\n{Host}Content-Length:\r\n\r\n", FramingError.BadContentLength),
            (
                "a length that overflows 64 bits",
                $"POST / HTTP/1.1\r\n{Host}Content-Length: 18446744073709551621\r\n\r\nhello",
                FramingError.BadContentLength
            ),
            (
                "TE.TE: an unknown value hides the coding from one of two",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                FramingError.UnsupportedTransferCoding
            ),
            (
                "two codings, chunked last: correct, but read as not chunked by those that compare the whole value",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                FramingError.UnsupportedTransferCoding
            ),
            (
                "chunked is not the last coding: the length cannot be known",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                FramingError.UnsupportedTransferCoding
            ),
            (
                "chunked twice in one field",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                FramingError.UnsupportedTransferCoding
            ),
            (
                "chunked in two fields",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                FramingError.UnsupportedTransferCoding
            ),
            (
                "a second field that hides the first (TE: chunked, TE: cow)",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n",
                FramingError.UnsupportedTransferCoding
            ),
            (
                "identity was removed from the grammar",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: identity\r\n\r\n",
                FramingError.UnsupportedTransferCoding
            ),
            (
                "quoted coding",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
                FramingError.UnsupportedTransferCoding
            ),
            (
                "a parameter on chunked",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
                FramingError.UnsupportedTransferCoding
            ),
            (
                "an empty coding",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding:\r\n\r\n",
                FramingError.UnsupportedTransferCoding
            ),
            (
                "a vertical tab before the value (HAProxy CVE-2019-18277)",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n",
                FramingError.ControlByte
            ),
            (
                "Transfer-Encoding in HTTP/1.0",
                $"POST / HTTP/1.0\r\n{Host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                FramingError.TransferEncodingInHttp10
            ),
            (
                "a blank before the colon",
                $"POST / HTTP/1.1\r\n{Host}Content-Length : 5\r\n\r\nhello",
                FramingError.SpaceBeforeColon
            ),
            (
                "a tab before the colon",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
                FramingError.SpaceBeforeColon
            ),
            (
                "obs-fold: a folded value",
                $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
                FramingError.UnsupportedTransferCoding
            ),
            ("obs-fold on a harmless field", $"GET / HTTP/1.1\r\n{Host}X: a\r\n\tb\r\n\r\n", FramingError.FoldedLine),
            ("white space before the first field", $"GET / HTTP/1.1\r\n {Host}\r\n", FramingError.FoldedLine),
            (
                "an empty name (HAProxy CVE-2023-25725)",
                $"GET / HTTP/1.1\r\n{Host}: x\r\nContent-Length: 0\r\n\r\n",
                FramingError.BadFieldName
            ),
            ("a line without colon", $"GET / HTTP/1.1\r\n{Host}Content-Length\r\n\r\n", FramingError.BadFieldName),
            (
                "a name that is no token",
                $"GET / HTTP/1.1\r\n{Host}Content(Length): 5\r\n\r\n",
                FramingError.BadFieldName
            ),
            ("a name beyond ASCII", $"GET / HTTP/1.1\r\n{Host}Transf\u00e9r: 5\r\n\r\n", FramingError.BadFieldName),
            (
                "bare LF ends a field",
                $"GET / HTTP/1.1\r\n{Host}X: a\nContent-Length: 5\r\n\r\nhello",
                FramingError.BareLf
            ),
            ("bare LF ends the request line", $"GET / HTTP/1.1\n{Host}\r\n", FramingError.BareLf),
            ("LF LF ends the head", "GET / HTTP/1.1\nHost: a\n\n", FramingError.BareLf),
            (
                "bare CR inside a value (h2o, Apache Traffic Server)",
                $"GET / HTTP/1.1\r\n{Host}X: a\rContent-Length: 5\r\n\r\n",
                FramingError.BareCr
            ),
            ("bare CR in the request line", $"GET /\r HTTP/1.1\r\n{Host}\r\n", FramingError.BareCr),
            ("CR CR LF", $"GET / HTTP/1.1\r\n{Host}X: a\r\r\n\r\n", FramingError.BareCr),
            ("NUL inside a value", $"GET / HTTP/1.1\r\n{Host}X: a\0b\r\n\r\n", FramingError.ControlByte),
            ("NUL inside a name", $"GET / HTTP/1.1\r\n{Host}Content-Length\0: 5\r\n\r\n", FramingError.ControlByte),
            ("DEL inside the target", $"GET /\u007f HTTP/1.1\r\n{Host}\r\n", FramingError.ControlByte),
            ("a TLS handshake on the plain port", "\u0016\u0003\u0001\u0002\0\u0001\0", FramingError.ControlByte),
            ("HTTP/0.9", "GET /\r\n\r\n", FramingError.BadRequestLine),
            ("two blanks before the target", $"GET  / HTTP/1.1\r\n{Host}\r\n", FramingError.BadRequestLine),
            (
                "a blank inside the target: where does the version begin?",
                $"GET /a HTTP/1.1 HTTP/1.1\r\n{Host}\r\n",
                FramingError.BadRequestLine
            ),
            ("a tab instead of a blank", $"GET\t/ HTTP/1.1\r\n{Host}\r\n", FramingError.BadRequestLine),
            ("a blank after the version", $"GET / HTTP/1.1 \r\n{Host}\r\n", FramingError.BadRequestLine),
            ("a method that is no token", $"GE(T / HTTP/1.1\r\n{Host}\r\n", FramingError.BadRequestLine),
            ("an empty request line", $"\r\n\r\nGET / HTTP/1.1\r\n{Host}\r\n", FramingError.BadRequestLine),
            ("lower-case version", $"GET / http/1.1\r\n{Host}\r\n", FramingError.BadRequestLine),
            ("HTTP/2.0 spoken as HTTP/1", $"GET / HTTP/2.0\r\n{Host}\r\n", FramingError.UnsupportedVersion),
            ("HTTP/1.2", $"GET / HTTP/1.2\r\n{Host}\r\n", FramingError.UnsupportedVersion),
            (
                "a version that parses as 1.1 only loosely",
                $"GET / HTTP/1.10\r\n{Host}\r\n",
                FramingError.BadRequestLine
            ),
            (
                "Connection asks to have the length removed",
                $"POST / HTTP/1.1\r\n{Host}Connection: Content-Length\r\nContent-Length: 5\r\n\r\nhello",
                FramingError.FramingFieldInConnection
            ),
            (
                "Connection asks to have the host removed",
                $"GET / HTTP/1.1\r\n{Host}Connection: close, Host\r\n\r\n",
                FramingError.FramingFieldInConnection
            ),
            (
                "content on CONNECT",
                $"CONNECT a:1 HTTP/1.1\r\n{Host}Content-Length: 5\r\n\r\nhello",
                FramingError.UnexpectedContent
            ),
            ("a head that never ends", "GET / HTTP/1.1\r\nX: " + new string('a', 40_000), FramingError.TooLarge),
            (
                "a head that ends too late",
                "GET / HTTP/1.1\r\nX: " + new string('a', 40_000) + "\r\n\r\n",
                FramingError.TooLarge
            ),
            (
                "more fields than anyone needs",
                "GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 300)) + "\r\n",
                FramingError.TooManyFields
            ),
            .. Chunks.Select(chunk =>
                (chunk.Reason, $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\n\r\n{chunk.Body}", chunk.Error)
            ),
        ];

    /// <summary>Chunked content that must stop at the offence.</summary>
    private static (string Reason, string Body, FramingError Error)[] Chunks =>
        [
            ("no chunk size", "\r\nhello\r\n0\r\n\r\n", FramingError.BadChunkSize),
            ("a signed chunk size", "+5\r\nhello\r\n0\r\n\r\n", FramingError.BadChunkSize),
            ("a negative chunk size", "-5\r\nhello\r\n0\r\n\r\n", FramingError.BadChunkSize),
            ("a chunk size with 0x", "0x5\r\nhello\r\n0\r\n\r\n", FramingError.BadChunkSize),
            (
                "a chunk size with an underscore (strtol-like parsers)",
                "1_0\r\nhello\r\n0\r\n\r\n",
                FramingError.BadChunkSize
            ),
            ("blanks before the chunk size", " 5\r\nhello\r\n0\r\n\r\n", FramingError.BadChunkSize),
            ("blanks after the chunk size", "5 \r\nhello\r\n0\r\n\r\n", FramingError.BadChunkSize),
            (
                "a chunk size that wraps at 64 bits",
                "10000000000000005\r\nhello\r\n0\r\n\r\n",
                FramingError.BadChunkSize
            ),
            (
                "a chunk size that is negative in 64 bits",
                "ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
                FramingError.BadChunkSize
            ),
            ("text after the chunk size without a semicolon", "5 x\r\nhello\r\n0\r\n\r\n", FramingError.BadChunkSize),
            ("bare LF after the chunk size", "5\nhello\r\n0\r\n\r\n", FramingError.BareLf),
            ("bare LF inside an extension (TERM.EXT)", "5;a\nhello\r\n0\r\n\r\n", FramingError.BareLf),
            ("bare CR inside an extension (EXT.TERM)", "5;a\rb\r\nhello\r\n0\r\n\r\n", FramingError.BareCr),
            ("NUL inside an extension", "5;\0\r\nhello\r\n0\r\n\r\n", FramingError.ControlByte),
            (
                "an endless extension (CVE-2023-39326)",
                "5;" + new string('a', 300) + "\r\nhello\r\n0\r\n\r\n",
                FramingError.TooLarge
            ),
            (
                "many tiny chunks with long extensions (CVE-2023-39326)",
                string.Concat(Enumerable.Repeat("1;" + new string('a', 200) + "\r\nx\r\n", 100)),
                FramingError.TooLarge
            ),
            ("bare LF after the data (TERM.SPILL)", "5\r\nhello\n0\r\n\r\n", FramingError.BadChunkEnd),
            ("two other bytes after the data (SPILL.TERM)", "5\r\nhelloXX0\r\n\r\n", FramingError.BadChunkEnd),
            ("more data than the chunk says", "5\r\nhello!\r\n0\r\n\r\n", FramingError.BadChunkEnd),
            ("a trailer that frames", "0\r\nContent-Length: 5\r\n\r\n", FramingError.ForbiddenTrailer),
            ("a trailer that frames, again", "0\r\nTransfer-Encoding: chunked\r\n\r\n", FramingError.ForbiddenTrailer),
            ("a trailer that routes", "0\r\nX: y\r\nHost: b\r\n\r\n", FramingError.ForbiddenTrailer),
            ("a folded trailer", "0\r\nX: y\r\n z\r\n\r\n", FramingError.FoldedLine),
            ("a blank before a trailer's colon", "0\r\nX : y\r\n\r\n", FramingError.SpaceBeforeColon),
            ("bare LF between trailers", "0\r\nX: y\nZ: a\r\n\r\n", FramingError.BareLf),
            ("bare LF ends the trailers", "0\r\n\nGET / HTTP/1.1\r\n\r\n", FramingError.BareLf),
            ("endless trailers", "0\r\nX: " + new string('a', 9_000), FramingError.TooLarge),
        ];
}
