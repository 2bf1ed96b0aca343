namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>A response's head as far as it matters to a relay (RFC 9112 section 4).</summary>
internal struct ResponseHead
{
    public HeadFields Fields;

    public int Status { get; private set; }
    public bool IsHttp10 { get; private set; }

    /// <summary>With the empty line.</summary>
    public int Length { get; private set; }

    /// <summary>100, 103 and the like: another response to the same request follows. 101 is final for HTTP/1.1.</summary>
    public readonly bool IsInterim => Status is >= 100 and < 200 and not 101;

    /// <summary>A further field line goes here.</summary>
    public readonly int InsertAt => Length - 2;

    /// <summary>The upstream keeps the connection open, provided that the response's end can be told without closing it.</summary>
    public readonly bool KeepAlive =>
        !Fields.HasConnection(ConnectionOptions.Close)
        && (!IsHttp10 || Fields.HasConnection(ConnectionOptions.KeepAlive));

    /// <summary>RFC 9112 section 6.3, in its order.</summary>
    public readonly BodyFraming BodyFor(RequestMethod method) =>
        method == RequestMethod.Head || Status is < 200 or 204 or 304 ? BodyFraming.None
        : method == RequestMethod.Connect && Status < 300 ? BodyFraming.None
        : Fields.Chunked ? BodyFraming.Chunked()
        : !Fields.HasContentLength ? BodyFraming.UntilClose
        : Fields.ContentLength > 0 ? BodyFraming.OfLength(Fields.ContentLength)
        : BodyFraming.None;

    /// <param name="head">From the version's first byte to the empty line.</param>
    public static FramingError Parse(ReadOnlySpan<byte> head, out ResponseHead response)
    {
        response = new ResponseHead { Length = head.Length };
        if (head.ContainsAny(Http1Syntax.Forbidden))
        {
            return FramingError.ControlByte;
        }
        var end = head.IndexOfAny((byte)'\r', (byte)'\n');
        if (head[end] == '\n' || head[end + 1] != '\n')
        {
            return head[end] == '\n' ? FramingError.BareLf : FramingError.BareCr;
        }
        if (!response.StatusLine(head[..end]))
        {
            return FramingError.BadStatusLine;
        }
        var error = response.Fields.Parse(head, end + 2);
        return error == FramingError.None ? response.Judge() : error;
    }

    /// <summary>The space before an empty reason phrase is often left out; nothing depends on it.</summary>
    private bool StatusLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < 12 || (line.Length > 12 && line[12] != ' '))
        {
            return false;
        }
        IsHttp10 = line.StartsWith("HTTP/1.0 "u8);
        var code = line[9..12];
        if ((!IsHttp10 && !line.StartsWith("HTTP/1.1 "u8)) || code.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }
        Status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
        return Status is >= 100 and < 600;
    }

    /// <summary>RFC 9112 sections 6.1 and 6.2: 1xx and 204 have neither; a Content-Length of 0 there harms nobody.</summary>
    private readonly FramingError Judge() =>
        Fields.Chunked && IsHttp10 ? FramingError.TransferEncodingInHttp10
        : Status is < 200 or 204 && (Fields.Chunked || Fields.ContentLength > 0) ? FramingError.UnexpectedContent
        : FramingError.None;
}
