namespace K8sLb.Sidecar.Relay.Framing.Http1;

internal enum BodyKind : byte
{
    None,
    Length,
    Chunked,

    /// <summary>Responses only: the content ends where the connection does.</summary>
    UntilClose,
}

/// <summary>
/// Where a message's content ends. Takes bytes in any portions; consumes only whole units (a chunk-size line, a trailer
/// section), so that nothing leaves before it was judged. Content itself passes in whatever portions arrive.
/// </summary>
internal struct BodyFraming
{
    private BodyKind kind;
    private ChunkedFraming chunks;

    /// <summary>Bytes still to come where the length is known.</summary>
    public long Remaining { get; private set; }

    public readonly BodyKind Kind => kind;

    public readonly bool IsComplete =>
        kind switch
        {
            BodyKind.None => true,
            BodyKind.Length => Remaining == 0,
            BodyKind.Chunked => chunks.IsComplete,
            _ => false,
        };

    /// <summary>Bytes that can be moved without being looked at.</summary>
    public readonly long Opaque =>
        kind switch
        {
            BodyKind.Length => Remaining,
            BodyKind.Chunked => chunks.DataRemaining,
            BodyKind.UntilClose => long.MaxValue,
            _ => 0,
        };

    public static BodyFraming None => default;
    public static BodyFraming UntilClose => new() { kind = BodyKind.UntilClose };

    public static BodyFraming OfLength(long length) => new() { kind = BodyKind.Length, Remaining = length };

    public static BodyFraming Chunked() => new() { kind = BodyKind.Chunked };

    /// <returns>Bytes of <paramref name="input"/> that belong to this message and may be passed on.</returns>
    public int Advance(ReadOnlySpan<byte> input, out FramingError error)
    {
        error = FramingError.None;
        switch (kind)
        {
            case BodyKind.Length:
                var taken = (int)Math.Min(input.Length, Remaining);
                Remaining -= taken;
                return taken;
            case BodyKind.Chunked:
                return chunks.Advance(input, out error);
            case BodyKind.UntilClose:
                return input.Length;
            default:
                return 0;
        }
    }

    /// <summary>Accounts for opaque bytes that were moved past this scanner.</summary>
    public void Skip(long count)
    {
        if (kind == BodyKind.Length)
        {
            Remaining -= count;
        }
        else if (kind == BodyKind.Chunked)
        {
            chunks.Skip(count);
        }
    }
}
