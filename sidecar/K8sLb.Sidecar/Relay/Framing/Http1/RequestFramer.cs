namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>The requests of one connection, one after the other.</summary>
internal struct RequestFramer
{
    private HeadBoundary boundary;
    private bool skippedEmptyLine;
    private BodyFraming body;

    public readonly BodyFraming Body => body;

    /// <summary>
    /// Reads the next head. One empty line before it is dropped (RFC 9112 section 2.2); it is never passed on.
    /// </summary>
    /// <param name="input">Everything that arrived and was not consumed; grows from call to call.</param>
    /// <param name="skipped">Bytes before the head, to be consumed and dropped, also where no head is complete yet.</param>
    /// <returns>False with <see cref="FramingError.None"/> asks for more input.</returns>
    public bool TryReadHead(ReadOnlySpan<byte> input, out int skipped, out RequestHead head, out FramingError error)
    {
        head = default;
        error = FramingError.None;
        skipped = !skippedEmptyLine && input.StartsWith("\r\n"u8) ? 2 : 0;
        skippedEmptyLine |= skipped > 0;
        if (skipped == 0 && !skippedEmptyLine && input.SequenceEqual("\r"u8))
        {
            return false;
        }
        var rest = input[skipped..];
        if (!boundary.TryFind(rest, Http1Limits.MaxHead, out var length, out error))
        {
            return false;
        }
        error = RequestHead.Parse(rest[..length], out head);
        if (error != FramingError.None)
        {
            return false;
        }
        skippedEmptyLine = false;
        body = head.Body;
        return true;
    }

    /// <returns>Bytes that may be passed on; fewer than given at the request's end or where a unit is not whole yet.</returns>
    public int ReadBody(ReadOnlySpan<byte> input, out FramingError error) => body.Advance(input, out error);

    /// <inheritdoc cref="BodyFraming.Skip"/>
    public void SkipBody(long count) => body.Skip(count);
}
