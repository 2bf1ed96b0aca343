namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>
/// Why a message's framing cannot be trusted. Each ends the connection: a relay that guesses and an application that
/// guesses differently is how requests are smuggled (RFC 9112 section 11.2).
/// </summary>
internal enum FramingError : byte
{
    None,

    /// <summary>The head, the trailer section or a chunk-size line is longer than the limit.</summary>
    TooLarge,

    /// <summary>More fields than <see cref="Http1Limits.MaxFields"/>.</summary>
    TooManyFields,

    /// <summary>Not <c>method SP target SP HTTP/1.x</c> (RFC 9112 section 3).</summary>
    BadRequestLine,

    /// <summary>Not <c>HTTP/1.x SP 3DIGIT</c> (RFC 9112 section 4).</summary>
    BadStatusLine,

    /// <summary>Neither HTTP/1.0 nor HTTP/1.1.</summary>
    UnsupportedVersion,

    /// <summary>CR without LF (RFC 9112 section 2.2).</summary>
    BareCr,

    /// <summary>LF without CR. A recipient may accept it; the next one may not.</summary>
    BareLf,

    /// <summary>NUL or another control (RFC 9110 section 5.5).</summary>
    ControlByte,

    /// <summary>A line folded onto the one before, or white space before the first field (RFC 9112 section 5.2).</summary>
    FoldedLine,

    /// <summary>White space between a field's name and its colon (RFC 9112 section 5.1).</summary>
    SpaceBeforeColon,

    /// <summary>An empty field name, or one that is not a token.</summary>
    BadFieldName,

    /// <summary>Content-Length that is not one plain number (RFC 9112 section 6.3 item 5).</summary>
    BadContentLength,

    /// <summary>More than one Content-Length, equal or not.</summary>
    RepeatedContentLength,

    /// <summary>Content-Length beside Transfer-Encoding (RFC 9112 section 6.1).</summary>
    LengthBesideTransferEncoding,

    /// <summary>A transfer coding other than a single <c>chunked</c>.</summary>
    UnsupportedTransferCoding,

    /// <summary>Transfer-Encoding in HTTP/1.0 (RFC 9112 section 6.1, last paragraph).</summary>
    TransferEncodingInHttp10,

    /// <summary>Connection names a field that frames or routes the message.</summary>
    FramingFieldInConnection,

    /// <summary>Content where the message can have none: CONNECT, 1xx, 204.</summary>
    UnexpectedContent,

    /// <summary>Not <c>1*HEXDIG [chunk-ext] CRLF</c>, or too large for a length.</summary>
    BadChunkSize,

    /// <summary>A chunk's data is not followed by CRLF.</summary>
    BadChunkEnd,

    /// <summary>A trailer that frames or routes the message (RFC 9110 section 6.5.1).</summary>
    ForbiddenTrailer,
}
