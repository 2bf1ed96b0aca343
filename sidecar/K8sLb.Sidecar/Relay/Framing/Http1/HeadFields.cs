using System.Text;

namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>
/// What a relay must know of a message's fields, gathered in one pass that also checks their syntax. Fields that frame
/// nothing are recognised by length alone and passed over.
/// </summary>
internal struct HeadFields
{
    public bool HasContentLength { get; private set; }

    /// <summary>Bytes of content; 0 where the field is absent.</summary>
    public long ContentLength { get; private set; }
    public bool Chunked { get; private set; }
    public bool ExpectContinue { get; private set; }

    /// <summary>NTLM, Negotiate or Kerberos: the peer authenticated the connection, not the request (RFC 4559 section 6).</summary>
    public bool BindsConnection { get; private set; }

    /// <summary>A request of the kubelet's own, by the User-Agent that its code names: kube-probe/1.29.</summary>
    public bool IsKubeletProbe { get; private set; }

    /// <summary>A response by which a peer gives a request back (<see cref="UnservedMark"/>).</summary>
    public bool IsUnserved { get; private set; }

    /// <summary>Beside that: it has no place for it.</summary>
    public bool IsFull { get; private set; }
    public ConnectionOptions Connection { get; private set; }
    public UpgradeProtocols Upgrade { get; private set; }

    /// <summary>How many Connection fields there are; the range below is that of the last one, with its CRLF.</summary>
    public int ConnectionLines { get; private set; }
    public int ConnectionStart { get; private set; }
    public int ConnectionEnd { get; private set; }

    public readonly bool HasConnection(ConnectionOptions option) => (Connection & option) != 0;

    /// <param name="head">A head that ends with its empty line.</param>
    /// <param name="at">Start of the first field line.</param>
    public FramingError Parse(ReadOnlySpan<byte> head, int at)
    {
        for (var count = 0; head[at] != '\r'; count++)
        {
            if (count == Http1Limits.MaxFields)
            {
                return FramingError.TooManyFields;
            }
            var line = head[at..];
            var colon = line.IndexOfAnyExcept(Http1Syntax.Token);
            if (colon <= 0 || line[colon] != ':')
            {
                return NameError(line, colon);
            }
            var end = colon + 1 + line[(colon + 1)..].IndexOfAny((byte)'\r', (byte)'\n');
            if (line[end] == '\n' || line[end + 1] != '\n')
            {
                return line[end] == '\n' ? FramingError.BareLf : FramingError.BareCr;
            }
            var error = Field(line[..colon], line[(colon + 1)..end], at, at + end + 2);
            if (error != FramingError.None)
            {
                return error;
            }
            at += end + 2;
        }
        return at == head.Length - 2 ? Judge() : FramingError.BareCr;
    }

    private static FramingError NameError(ReadOnlySpan<byte> line, int colon) =>
        line[colon] switch
        {
            (byte)' ' or (byte)'\t' => colon == 0 ? FramingError.FoldedLine : FramingError.SpaceBeforeColon,
            (byte)'\n' => FramingError.BareLf,
            _ => FramingError.BadFieldName,
        };

    private FramingError Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int start, int end)
    {
        switch (name.Length)
        {
            case 6 when Ascii.EqualsIgnoreCase(name, "expect"u8):
                ExpectContinue |= Ascii.EqualsIgnoreCase(Http1Syntax.TrimWhitespace(value), "100-continue"u8);
                break;
            case 7 when Ascii.EqualsIgnoreCase(name, "upgrade"u8):
                Upgrade |= UpgradeProtocolList.Parse(value);
                break;
            case 10 when Ascii.EqualsIgnoreCase(name, "connection"u8):
                Connection |= ConnectionOptionList.Parse(value);
                ConnectionLines++;
                (ConnectionStart, ConnectionEnd) = (start, end);
                break;
            case 10 when Ascii.EqualsIgnoreCase(name, "user-agent"u8):
                IsKubeletProbe |= StartsWith(Http1Syntax.TrimWhitespace(value), "kube-probe/"u8);
                break;
            case 14 when Ascii.EqualsIgnoreCase(name, "k8slb-unserved"u8):
                IsUnserved = true;
                IsFull = Ascii.EqualsIgnoreCase(Http1Syntax.TrimWhitespace(value), "full"u8);
                break;
            case 14 when Ascii.EqualsIgnoreCase(name, "content-length"u8):
                return Length(Http1Syntax.TrimWhitespace(value));
            case 17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8):
                return Coding(Http1Syntax.TrimWhitespace(value));
            case 13 when Ascii.EqualsIgnoreCase(name, "authorization"u8):
            case 16 when Ascii.EqualsIgnoreCase(name, "www-authenticate"u8):
                BindsConnection |= IsConnectionScheme(Http1Syntax.TrimWhitespace(value));
                break;
        }
        return FramingError.None;
    }

    /// <summary>One number, 1*DIGIT. 18 digits fit a long and are more than any disk.</summary>
    private FramingError Length(ReadOnlySpan<byte> value)
    {
        if (HasContentLength)
        {
            return FramingError.RepeatedContentLength;
        }
        if (value.Length is 0 or > 18 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return FramingError.BadContentLength;
        }
        long length = 0;
        foreach (var digit in value)
        {
            length = length * 10 + (digit - '0');
        }
        (HasContentLength, ContentLength) = (true, length);
        return FramingError.None;
    }

    private FramingError Coding(ReadOnlySpan<byte> value)
    {
        if (Chunked || !Ascii.EqualsIgnoreCase(value, "chunked"u8))
        {
            return FramingError.UnsupportedTransferCoding;
        }
        Chunked = true;
        return FramingError.None;
    }

    private static bool IsConnectionScheme(ReadOnlySpan<byte> value) =>
        StartsWith(value, "ntlm"u8) || StartsWith(value, "negotiate"u8) || StartsWith(value, "kerberos"u8);

    private static bool StartsWith(ReadOnlySpan<byte> value, ReadOnlySpan<byte> scheme) =>
        value.Length >= scheme.Length && Ascii.EqualsIgnoreCase(value[..scheme.Length], scheme);

    private readonly FramingError Judge() =>
        Chunked && HasContentLength ? FramingError.LengthBesideTransferEncoding
        : HasConnection(ConnectionOptions.FramingField) ? FramingError.FramingFieldInConnection
        : FramingError.None;
}
