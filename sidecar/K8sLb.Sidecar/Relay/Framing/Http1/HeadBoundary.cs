namespace K8sLb.Sidecar.Relay.Framing.Http1;

/// <summary>
/// Finds where a head ends, looking at each byte once however it arrives. What can never become a head is refused before
/// its end arrives, so that a TLS handshake on a plain port or lines ended by bare LF do not wait for a timeout.
/// </summary>
internal struct HeadBoundary
{
    private int seen;

    /// <param name="input">Everything since the head's first byte; grows from call to call.</param>
    /// <param name="limit">Longest head in bytes.</param>
    /// <param name="length">The head with its empty line.</param>
    /// <returns>False with <see cref="FramingError.None"/> asks for more input.</returns>
    public bool TryFind(ReadOnlySpan<byte> input, int limit, out int length, out FramingError error)
    {
        length = 0;
        error = FramingError.None;
        var from = Math.Max(0, seen - 3);
        var found = input[from..].IndexOf(Http1Syntax.EndOfHead);
        if (found >= 0)
        {
            length = from + found + Http1Syntax.EndOfHead.Length;
            seen = 0;
            error = length > limit ? FramingError.TooLarge : FramingError.None;
            return error == FramingError.None;
        }
        error = input.Length >= limit ? FramingError.TooLarge : Hopeless(input, from);
        seen = input.Length;
        return false;
    }

    private static FramingError Hopeless(ReadOnlySpan<byte> input, int from)
    {
        if (input[from..].ContainsAny(Http1Syntax.Forbidden))
        {
            return FramingError.ControlByte;
        }
        for (var at = from; at < input.Length; at++)
        {
            var next = input[at..].IndexOf((byte)'\n');
            if (next < 0)
            {
                break;
            }
            at += next;
            if (at == 0 || input[at - 1] != '\r')
            {
                return FramingError.BareLf;
            }
        }
        return FramingError.None;
    }
}
