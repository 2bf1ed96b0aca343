namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>The responses of one connection, each to a request whose method must be known.</summary>
internal struct ResponseFramer
{
    private HeadBoundary boundary;
    private BodyFraming body;

    public readonly BodyFraming Body => body;

    /// <param name="input">Everything that arrived and was not consumed; grows from call to call.</param>
    /// <returns>False with <see cref="FramingError.None"/> asks for more input.</returns>
    public bool TryReadHead(
        ReadOnlySpan<byte> input,
        RequestMethod method,
        out ResponseHead head,
        out FramingError error
    )
    {
        head = default;
        if (!boundary.TryFind(input, Http1Limits.MaxHead, out var length, out error))
        {
            return false;
        }
        error = ResponseHead.Parse(input[..length], out head);
        if (error != FramingError.None)
        {
            return false;
        }
        body = head.BodyFor(method);
        return true;
    }

    /// <inheritdoc cref="RequestFramer.ReadBody"/>
    public int ReadBody(ReadOnlySpan<byte> input, out FramingError error) => body.Advance(input, out error);

    /// <inheritdoc cref="BodyFraming.Skip"/>
    public void SkipBody(long count) => body.Skip(count);
}
