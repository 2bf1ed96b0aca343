namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>A request's head as far as it matters to a relay (RFC 9112 section 3).</summary>
internal struct RequestHead
{
    public HeadFields Fields;

    public RequestMethod Method { get; private set; }
    public bool IsHttp10 { get; private set; }

    /// <summary>With the empty line.</summary>
    public int Length { get; private set; }

    public readonly bool MaySendTwice => Method is RequestMethod.Idempotent or RequestMethod.Head;

    /// <summary>The client keeps the connection open for another request (RFC 9112 section 9.3).</summary>
    public readonly bool KeepAlive =>
        !Fields.HasConnection(ConnectionOptions.Close)
        && (!IsHttp10 || Fields.HasConnection(ConnectionOptions.KeepAlive));

    /// <summary>Protocols asked for; HTTP/1.0 cannot upgrade.</summary>
    public readonly UpgradeProtocols Upgrade =>
        !IsHttp10 && Fields.HasConnection(ConnectionOptions.Upgrade) ? Fields.Upgrade : UpgradeProtocols.None;

    public readonly BodyFraming Body =>
        Fields.Chunked ? BodyFraming.Chunked()
        : Fields.ContentLength > 0 ? BodyFraming.OfLength(Fields.ContentLength)
        : BodyFraming.None;

    /// <param name="head">From the method's first byte to the empty line.</param>
    public static FramingError Parse(ReadOnlySpan<byte> head, out RequestHead request)
    {
        request = new RequestHead { Length = head.Length };
        if (head.ContainsAny(Http1Syntax.Forbidden))
        {
            return FramingError.ControlByte;
        }
        var end = head.IndexOfAny((byte)'\r', (byte)'\n');
        if (head[end] == '\n' || head[end + 1] != '\n')
        {
            return head[end] == '\n' ? FramingError.BareLf : FramingError.BareCr;
        }
        var error = request.StartLine(head[..end]);
        if (error == FramingError.None)
        {
            error = request.Fields.Parse(head, end + 2);
        }
        return error == FramingError.None ? request.Judge() : error;
    }

    private FramingError StartLine(ReadOnlySpan<byte> line)
    {
        var method = line.IndexOfAnyExcept(Http1Syntax.Token);
        if (method <= 0 || line[method] != ' ')
        {
            return FramingError.BadRequestLine;
        }
        var rest = line[(method + 1)..];
        var target = rest.IndexOfAny((byte)' ', (byte)'\t');
        if (target <= 0 || rest[target] != ' ')
        {
            return FramingError.BadRequestLine;
        }
        var version = rest[(target + 1)..];
        Method = RequestMethods.Parse(line[..method]);
        IsHttp10 = version.SequenceEqual("HTTP/1.0"u8);
        return IsHttp10 || version.SequenceEqual("HTTP/1.1"u8) ? FramingError.None
            : LooksLikeVersion(version) ? FramingError.UnsupportedVersion
            : FramingError.BadRequestLine;
    }

    /// <summary>HTTP-version of RFC 9112 section 2.3; anything else is a broken line rather than another version.</summary>
    private static bool LooksLikeVersion(ReadOnlySpan<byte> version) =>
        version.Length == 8
        && version.StartsWith("HTTP/"u8)
        && char.IsAsciiDigit((char)version[5])
        && version[6] == '.'
        && char.IsAsciiDigit((char)version[7]);

    private readonly FramingError Judge() =>
        Fields.Chunked && IsHttp10 ? FramingError.TransferEncodingInHttp10
        : Method == RequestMethod.Connect && (Fields.Chunked || Fields.ContentLength > 0)
            ? FramingError.UnexpectedContent
        : FramingError.None;
}
